// Makes the product's form follow the choice: picture, price, stock, SKU, and combinations that do not exist.
// Without this script the form sends the options as they are ticked, and the shop says what is wrong with them.
"use strict";

(() => {
  const form = document.querySelector("[data-buy]");
  if (!form) return;
  const quantity = form.querySelector("#quantity");

  for (const button of form.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const wanted = (parseInt(quantity.value, 10) || 1) + Number(button.dataset.step);
      quantity.value = String(Math.min(Math.max(wanted, 1), Number(quantity.max) || 1));
    });
  }

  const data = document.getElementById("variant-data");
  if (!data) return;
  const { variants } = JSON.parse(data.textContent);
  const gallery = document.querySelector("[data-gallery]");
  const parts = (name) => form.querySelectorAll(`[data-shown="${name}"]`);
  const announcement = form.querySelector("[data-announce]");
  const isPriceShown = parts("price").length > 0;

  // A group is a row of radio buttons or, where there are many values, a list; both are asked by the value's place.
  const groups = [...form.querySelectorAll("[data-group]")].map((element) => {
    const list = element.querySelector("select");
    const inputs = list ? [...list.options] : [...element.querySelectorAll("input")];
    return {
      element,
      inputs,
      chosen: () => (list ? list.selectedIndex : inputs.findIndex((input) => input.checked)),
      choose: (place) => {
        if (list) list.selectedIndex = place;
        else inputs[place].checked = true;
      },
      mark: (place, { isImpossible, isOut }) => {
        const input = inputs[place];
        input.disabled = isImpossible;
        if (list) return;
        const label = input.closest("label");
        label.classList.toggle("is-impossible", isImpossible);
        label.classList.toggle("is-out", isOut && !isImpossible);
        label.querySelector("[data-out]").hidden = !isOut;
      },
      say: (place) => {
        const text = element.querySelector("[data-chosen]");
        if (text && groups.length > 1) text.textContent = `: ${inputs[place].closest("label").querySelector("[dir]").textContent}`;
      },
    };
  });

  // What is sent besides the options, for whoever knows variants by their SKU only.
  const isBySku = groups[0].element.dataset.group === "sku";
  const sku = document.createElement("input");
  sku.type = "hidden";
  sku.name = "sku";
  if (!isBySku) form.append(sku);

  const agrees = (variant, places, upTo) => places.slice(0, upTo).every((place, group) => variant.values[group] === place);

  // A value is impossible if the options before it leave no variant with it. Those after it follow, so that every
  // variant can be reached by choosing from the first option to the last.
  const markValues = ({ values }) => {
    groups.forEach((group, number) => {
      const before = variants.filter((variant) => agrees(variant, values, number));
      group.inputs.forEach((_input, place) => {
        const having = before.filter((variant) => variant.values[number] === place);
        const exact = having.filter((variant) => variant.values.every((value, other) => other === number || value === values[other]));
        const meant = exact.length ? exact : having;
        group.mark(place, { isImpossible: !having.length, isOut: meant.every((variant) => variant.stock === "out") });
      });
      group.say(values[number]);
    });
  };

  const setText = (name, text) => {
    for (const part of parts(name)) part.textContent = text;
  };
  const showVariant = (variant) => {
    sku.value = variant.sku;
    setText("price", variant.price);
    setText("about", variant.about || "");
    setText("compare-at-text", variant.compareAt);
    setText("saving", variant.saving);
    setText("stock-text", variant.stockText);
    setText("checked", variant.checked);
    setText("limit", variant.limit);
    setText("sku", variant.sku);
    for (const part of parts("compare-at")) part.hidden = !variant.compareAt;
    for (const part of parts("saving")) part.hidden = !variant.saving;
    for (const part of parts("stock")) part.className = `stock stock-${variant.stock}`;
    for (const button of parts("button")) button.disabled = variant.stock === "out";
    for (const button of parts("watch")) button.hidden = variant.stock !== "out";
    quantity.max = String(variant.max);
    if (Number(quantity.value) > variant.max) quantity.value = String(variant.max);
    gallery?.dispatchEvent(new CustomEvent("show-picture", { detail: variant.picture }));
  };

  const chosen = () => groups.map((group) => group.chosen());
  const current = () => variants.find((variant) => agrees(variant, chosen(), groups.length));

  // The nearest variant that keeps the changed option and those before it; of equals one that is in stock.
  const nearest = (changed) => {
    const wanted = chosen();
    const rank = (variant) => [
      variant.values[changed] === wanted[changed],
      agrees(variant, wanted, changed),
      variant.values.filter((place, number) => place === wanted[number]).length,
      variant.stock !== "out",
    ].reduce((sum, part) => sum * 1000 + Number(part), 0);
    return variants.reduce((best, variant) => (rank(variant) > rank(best) ? variant : best));
  };

  const take = (variant) => {
    groups.forEach((group, number) => group.choose(variant.values[number]));
    markValues(variant);
    showVariant(variant);
  };
  const follow = (changed) => {
    if (!isPriceShown) {
      // The page was made for a combination that does not exist and shows no price: get one that does.
      window.location.assign(`${form.dataset.page}?variant=${encodeURIComponent(nearest(changed).sku)}`);
      return;
    }
    const variant = nearest(changed);
    take(variant);
    announcement.textContent = `${variant.label}: ${variant.price}, ${variant.stockText}`;
    if (window.location.pathname === form.dataset.page) {
      window.history.replaceState(null, "", `?variant=${encodeURIComponent(variant.sku)}`);
    }
  };
  groups.forEach((group, number) => group.element.addEventListener("change", () => follow(number)));

  // A reload or the way back may restore another choice than the one the page was made for.
  window.addEventListener("pageshow", () => {
    const variant = current();
    if (variant) take(variant);
  });
})();
