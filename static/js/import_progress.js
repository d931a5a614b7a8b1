// Keeps an import's page up to date while it runs. Without this script the page reloads itself.
"use strict";

(() => {
  const INTERVAL_MS = 1500;
  const holder = document.querySelector("[data-import-progress]");
  if (!holder) return;
  const isRunning = () => holder.firstElementChild?.dataset.status === "running";

  const ask = async () => {
    // Somebody with the keyboard in the part that changes is not to lose their place.
    if (document.visibilityState === "visible" && !holder.contains(document.activeElement)) {
      try {
        const reply = await fetch(window.location.href, { headers: { "X-Fragment": "1" } });
        const fresh = reply.ok ? new DOMParser().parseFromString(await reply.text(), "text/html").body : null;
        if (fresh?.querySelector("[data-status]")) holder.replaceChildren(fresh.querySelector("[data-status]"));
      } catch {
        // No connection for the moment: the next round asks again.
      }
    }
    if (isRunning()) setTimeout(ask, INTERVAL_MS);
  };
  if (isRunning()) setTimeout(ask, INTERVAL_MS);
})();
