// Ticks all boxes of a form at once: <form data-choose-all> with a box in [data-choose-box], hidden without this script.
"use strict";

for (const form of document.querySelectorAll("[data-choose-all]")) {
  const holder = form.querySelector("[data-choose-box]");
  if (!holder) continue;
  holder.hidden = false;
  holder.querySelector("input").addEventListener("change", (event) => {
    for (const box of form.querySelectorAll("input[name=product]")) box.checked = event.target.checked;
  });
}
