// The pictures of a product: thumbnails move the strip, and a click enlarges a picture over the page.
// Without this script the strip scrolls by itself, thumbnails are links into it and a picture links to its largest size.
"use strict";

(() => {
  const gallery = document.querySelector("[data-gallery]");
  const strip = gallery?.querySelector("[data-gallery-strip]");
  if (!strip) return;
  const links = [...strip.querySelectorAll("[data-zoom]")];
  const thumbs = [...gallery.querySelectorAll("[data-picture]")];

  let current = 1;
  const markThumb = (number) => {
    current = number;
    for (const thumb of thumbs) {
      if (thumb.dataset.picture === String(number)) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    }
  };
  const showPicture = (number) => {
    const item = document.getElementById(`picture-${number}`);
    if (!item) return;
    strip.scrollTo({ left: item.offsetLeft - strip.offsetLeft, behavior: "auto" });
    markThumb(Number(number));
  };

  for (const thumb of thumbs) {
    thumb.addEventListener("click", (event) => {
      event.preventDefault();
      showPicture(thumb.dataset.picture);
    });
  }
  let settled = 0;
  strip.addEventListener("scroll", () => {
    clearTimeout(settled);
    settled = setTimeout(() => markThumb(Math.round(Math.abs(strip.scrollLeft) / strip.clientWidth) + 1), 80);
  }, { passive: true });
  // A turned phone keeps the picture, not the scroll offset.
  window.addEventListener("resize", () => showPicture(current));
  // The product's form asks for the picture of the chosen variant.
  gallery.addEventListener("show-picture", (event) => showPicture(event.detail));

  const dialog = gallery.querySelector("[data-zoom-dialog]");
  const stage = dialog.querySelector("[data-zoom-stage]");
  const count = dialog.querySelector("[data-zoom-count]");
  const toggle = dialog.querySelector("[data-zoom-toggle]");
  const image = document.createElement("img");
  stage.append(image);

  let shown = 1;
  const setFullSize = (isFull) => {
    stage.classList.toggle("is-full", isFull);
    toggle.setAttribute("aria-pressed", String(isFull));
    stage.scrollTo((stage.scrollWidth - stage.clientWidth) / 2, (stage.scrollHeight - stage.clientHeight) / 2);
  };
  const enlarge = (number) => {
    shown = (number - 1 + links.length) % links.length + 1;
    const link = links[shown - 1];
    image.src = link.href;
    image.alt = link.querySelector("img").alt;
    count.textContent = count.dataset.pattern.replace("%n", String(shown));
    setFullSize(false);
  };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      // A new tab was asked for: that is what the link does by itself.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      enlarge(Number(link.dataset.zoom));
      dialog.showModal();
      stage.focus();
    });
  }
  dialog.querySelector("[data-zoom-close]").addEventListener("click", () => dialog.close());
  // Escape closes a dialog without being asked to, and the focus returns to the picture that opened it.
  dialog.addEventListener("close", () => {
    showPicture(shown);
    links[shown - 1].focus({ preventScroll: true });
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  toggle.addEventListener("click", () => setFullSize(!stage.classList.contains("is-full")));
  image.addEventListener("click", () => setFullSize(!stage.classList.contains("is-full")));
  for (const button of dialog.querySelectorAll("[data-zoom-step]")) {
    button.addEventListener("click", () => enlarge(shown + Number(button.dataset.zoomStep)));
  }
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || links.length < 2 || stage.classList.contains("is-full")) return;
    event.preventDefault();
    enlarge(shown + step);
  });
})();
