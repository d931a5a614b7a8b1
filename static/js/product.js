// Makes the product's form follow the choice: picture, price, stock, and combinations that do not exist.
// Without this script the form offers every variant as one choice, and works.
"use strict";

(() => {
  const form = document.querySelector("[data-buy]");
  const strip = document.querySelector("[data-gallery-strip]");
  const thumbs = [...document.querySelectorAll("[data-picture]:not(input)")];

  let current = 1;
  const showPicture = (number) => {
    const picture = document.getElementById(`picture-${number}`);
    if (!strip || !picture) return;
    strip.scrollTo({ left: picture.offsetLeft - strip.offsetLeft, behavior: "auto" });
    markThumb(number);
  };
  const markThumb = (number) => {
    current = number;
    for (const thumb of thumbs) {
      if (thumb.dataset.picture === String(number)) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    }
  };

  if (strip) {
    for (const thumb of thumbs) {
      thumb.addEventListener("click", (event) => {
        event.preventDefault();
        showPicture(thumb.dataset.picture);
      });
    }
    let settled = 0;
    strip.addEventListener("scroll", () => {
      clearTimeout(settled);
      settled = setTimeout(() => markThumb(Math.round(strip.scrollLeft / strip.clientWidth) + 1), 80);
    }, { passive: true });
    // A turned phone keeps the picture, not the scroll offset.
    window.addEventListener("resize", () => showPicture(current));
  }
  if (!form) return;

  const variants = [...form.querySelectorAll("input[name=sku]")].map((input) => ({
    input,
    options: JSON.parse(input.dataset.options),
    isOut: input.dataset.stock === "out",
  }));
  const optionGroups = form.querySelector("[data-option-groups]");
  const groups = [...form.querySelectorAll("[data-option]")].map((element) => ({
    element,
    name: element.dataset.option,
    inputs: [...element.querySelectorAll("input")],
  }));
  const part = (name) => form.querySelector(`[data-shown="${name}"]`);
  const quantity = form.querySelector("#quantity");

  const chosenOptions = () =>
    Object.fromEntries(groups.map((group) => [group.name, group.inputs.find((input) => input.checked)?.value]));
  const fits = (variant, options) =>
    Object.entries(options).every(([name, value]) => variant.options[name] === value);

  const showVariant = ({ input, isOut }) => {
    const shown = input.dataset;
    part("price").textContent = shown.price;
    part("compare-at-text").textContent = shown.compareAt;
    part("compare-at").hidden = !shown.compareAt;
    part("saving").textContent = shown.saving;
    part("saving").hidden = !shown.saving;
    part("stock").textContent = shown.stockText;
    part("stock").className = `stock stock-${shown.stock}`;
    part("button").disabled = isOut;
    quantity.max = shown.max;
    showPicture(shown.picture);
  };

  const markImpossible = () => {
    const chosen = chosenOptions();
    for (const group of groups) {
      group.element.querySelector("[data-option-chosen]").textContent = chosen[group.name] ?? "";
      for (const input of group.inputs) {
        const wanted = { ...chosen, [group.name]: input.value };
        const matching = variants.filter((variant) => fits(variant, wanted));
        const label = input.closest("label");
        // Struck through but not disabled: choosing it moves the other options to where it exists.
        label.classList.toggle("is-out", matching.length === 0 || matching.every((variant) => variant.isOut));
      }
    }
  };

  const chooseByOptions = (changed) => {
    const chosen = chosenOptions();
    const value = { [changed.name]: chosen[changed.name] };
    const closeness = (variant) => Object.entries(chosen).filter(([name, text]) => variant.options[name] === text).length;
    const candidates = variants.filter((variant) => fits(variant, value));
    const best = candidates.sort((a, b) => closeness(b) - closeness(a))[0];
    best.input.checked = true;
    for (const group of groups) {
      for (const input of group.inputs) input.checked = best.options[group.name] === input.value;
    }
    markImpossible();
    showVariant(best);
  };

  if (optionGroups) {
    optionGroups.hidden = false;
    form.querySelector("[data-variants]").hidden = true;
    for (const group of groups) {
      group.element.addEventListener("change", () => chooseByOptions(group));
    }
    markImpossible();
  }
  for (const variant of variants) {
    variant.input.addEventListener("change", () => showVariant(variant));
  }
  // A reload or the way back may restore another choice than the one the page was made for.
  window.addEventListener("pageshow", () => {
    const selected = variants.find((variant) => variant.input.checked);
    if (!selected) return;
    for (const group of groups) {
      for (const input of group.inputs) input.checked = selected.options[group.name] === input.value;
    }
    if (optionGroups) markImpossible();
    showVariant(selected);
  });

  for (const button of form.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const wanted = (parseInt(quantity.value, 10) || 1) + Number(button.dataset.step);
      quantity.value = String(Math.min(Math.max(wanted, 1), Number(quantity.max) || 1));
    });
  }
})();
