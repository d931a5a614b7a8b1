// Brings the list of mistakes into view, and sends a form once however often its button is pressed. The server counts on
// neither: the same form twice is one order.
"use strict";

document.querySelector("[data-focus]")?.focus();

for (const form of document.querySelectorAll("form[data-once]")) {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    // Buttons with an action of their own only change the page.
    if (event.submitter?.name === "action" && form.matches("[data-checkout]")) return;
    if (isSent) event.preventDefault();
    isSent = true;
  });
  // The way back may bring the page as it was left.
  window.addEventListener("pageshow", () => { isSent = false; });
}
