// Lists work without this: it sends the order as soon as it is chosen, and leaves empty fields out of the address.
"use strict";

const form = document.getElementById("filters");
if (form) {
  const sendOnlyWhatIsSet = () => {
    for (const field of form.elements) {
      if (field.name && (!field.value || field.value === field.dataset.default)) field.disabled = true;
    }
  };
  form.addEventListener("submit", sendOnlyWhatIsSet);
  // Coming back with the browser's button finds the page as it was left: the fields must take input again.
  window.addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
  for (const field of document.querySelectorAll("[data-submits]")) {
    field.addEventListener("change", () => form.requestSubmit());
  }
}
