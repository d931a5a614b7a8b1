// Sends changed quantities by itself. Without this script a button does it.
"use strict";

(() => {
  document.querySelector("[data-focus]")?.focus();
  const form = document.querySelector("[data-basket]");
  if (!form) return;
  for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;
  for (const input of form.querySelectorAll(".quantity-input")) {
    input.addEventListener("change", () => form.requestSubmit());
  }
})();
