// Proposes the name of a place that was perhaps meant. Without it the checkout does so when it comes back.
"use strict";

(() => {
  const form = document.querySelector("form[data-place-names]");
  if (!form) return;
  let asked = 0;

  const propose = async () => {
    const question = ++asked;
    const body = new URLSearchParams();
    for (const name of ["csrfmiddlewaretoken", "country", "province", "city"]) {
      if (form.elements[name]) body.set(name, form.elements[name].value);
    }
    let nearest = {};
    if (body.get("province") || body.get("city")) {
      try {
        const answer = await fetch(form.dataset.placeNames, { method: "POST", body });
        if (answer.ok) ({ nearest } = await answer.json());
      } catch {
        // No proposal then; the form is sent all the same.
      }
    }
    if (question !== asked) return;
    for (const box of form.querySelectorAll("[data-place]")) {
      const name = nearest[box.dataset.place] || "";
      box.querySelector("[data-take-nearest]").textContent = name;
      box.querySelector("[data-nearest]").hidden = !name;
    }
  };

  form.addEventListener("change", (event) => {
    if (["province", "city"].includes(event.target.name)) propose();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take-nearest]");
    if (!button) return;
    const input = button.closest("[data-place]").querySelector("input");
    input.value = button.textContent;
    input.focus();
    propose();
  });
})();
