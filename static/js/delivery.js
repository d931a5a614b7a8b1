// Asks how a product is delivered to the chosen country, and again when the choice or the country changes.
// Without this script the form's button does it.
"use strict";

(() => {
  const box = document.querySelector("[data-delivery]");
  if (!box) return;
  const answer = box.querySelector("[data-delivery-answer]");
  const form = box.querySelector("form");
  const country = form.elements.country;
  const variant = form.elements.variant;
  const buyForm = document.querySelector("[data-buy]");
  box.querySelector("[data-delivery-button]").hidden = true;

  let latest = null;
  const ask = async () => {
    latest?.abort();
    const own = latest = new AbortController();
    const query = new URLSearchParams({ variant: variant.value, country: country.value });
    box.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(`${box.dataset.delivery}?${query}`, { headers: { "X-Fragment": "1" }, signal: own.signal });
      if (reply.ok) answer.innerHTML = await reply.text();
    } catch (error) {
      // Offline, or asked anew meanwhile: what is shown stays.
      if (error.name !== "AbortError") console.debug("delivery", error.name);
    } finally {
      if (latest === own) box.removeAttribute("aria-busy");
    }
  };

  const follow = () => {
    const chosen = buyForm?.querySelector("input[name=sku]:checked, input[name=sku][type=hidden]")?.value;
    if (!chosen || chosen === variant.value) return;
    variant.value = chosen;
    ask();
  };

  country.addEventListener("change", ask);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  // By the time the event is here, the page's own script has settled which variant is chosen.
  buyForm?.addEventListener("change", follow);
  window.addEventListener("pageshow", follow);
  if (answer.querySelector("[data-delivery-ask]")) ask();
})();
