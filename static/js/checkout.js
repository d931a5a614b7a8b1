// Lets the checkout follow the country, the way of sending and the coupon. The server does not count on it: every part
// has a button that does the same.
"use strict";

(() => {
  const form = document.querySelector("form[data-checkout]");
  if (!form) return;
  let latest = 0;
  // Stays so until its answer is shown, whatever is asked meanwhile.
  let isOtherCountry = false;

  const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
  const hideButtons = () => {
    for (const button of document.querySelectorAll("[data-no-script]")) button.hidden = true;
  };

  const replace = (name, fresh) => {
    const old = part(document, name);
    const next = part(fresh, name);
    if (!old || !next) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    for (const input of next.querySelectorAll("input:not([type=hidden]):not([type=radio]), select")) {
      // What was typed while the answer was on its way stays.
      const typed = old.querySelector(`[name="${input.name}"]`);
      if (input.name !== "coupon" && typed && typed.tagName === input.tagName && typed.value) input.value = typed.value;
    }
    old.replaceWith(next);
    if (focused) document.getElementById(focused)?.focus();
  };

  // The list of mistakes names what is still wrong: another country asks for other fields, and those have none yet.
  const forgetMistakes = () => {
    const list = document.querySelector("[data-mistakes]");
    if (!list) return;
    for (const link of list.querySelectorAll('a[href^="#"]')) {
      const field = document.getElementById(link.hash.slice(1));
      if (!field?.closest(".has-error")) link.closest("li").remove();
    }
    if (!list.querySelector("li")) list.remove();
  };

  const PRICES = ["delivery", "payment", "submit", "confirm", "summary"];
  const update = async (action) => {
    const number = ++latest;
    const names = isOtherCountry ? ["address", ...PRICES] : PRICES;
    const data = new FormData(form);
    data.set("action", action);
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { "X-Fragment": "1" } });
      // Anything else than the parts (a basket that is gone) is for the whole page to show.
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (number !== latest) return;
      for (const name of names) replace(name, fresh);
      isOtherCountry = false;
      forgetMistakes();
      hideButtons();
    } catch {
      if (number === latest) for (const button of document.querySelectorAll("[data-no-script]")) button.hidden = false;
    } finally {
      if (number === latest) form.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("change", (event) => {
    if (event.target.form !== form) return;
    if (event.target.name === "country") isOtherCountry = true;
    if (isOtherCountry || event.target.matches("[data-updates]") || event.target.name === "postcode") update("update");
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="action"]');
    if (!button || button.form !== form || button.value === "tidy") return;
    event.preventDefault();
    update(button.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "coupon") return;
    event.preventDefault();
    update("coupon");
  });

  hideButtons();
  if (form.querySelector("[data-unknown]")) update("update");
})();
