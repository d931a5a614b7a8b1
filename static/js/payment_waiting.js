// Asks now and then what became of the payment and goes on once it is known. The page stands still until then, so that
// nobody loses their place on it. Without this script the page reloads itself.
"use strict";

(() => {
  const panel = document.querySelector("[data-payment-status]");
  if (!panel) return;
  const wait = Number(panel.dataset.askAgainS) * 1000;

  const ask = async () => {
    try {
      const answer = await fetch(window.location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const status = fresh.querySelector("[data-payment-status]")?.dataset.paymentStatus;
      if (answer.ok && (answer.redirected || status !== panel.dataset.paymentStatus)) {
        window.location.replace(answer.url);
        return;
      }
    } catch {
      // No connection for the moment: the next question may get through.
    }
    window.setTimeout(ask, wait);
  };
  window.setTimeout(ask, wait);
})();
