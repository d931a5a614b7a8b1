// Keeps the order's page up to date while somebody watches, and shows times in the visitor's own zone.
// Without this script the page reloads itself now and then.
"use strict";

(() => {
  const INTERVAL_MS = 3000;
  const main = document.getElementById("main");
  const holder = document.querySelector("[data-order-fragment]");
  const live = document.querySelector("[data-live]");
  if (!main || !holder) return;

  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const localizeTimes = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      time.textContent = format.format(new Date(time.dateTime));
    }
  };
  const isFinal = () => holder.firstElementChild.hasAttribute("data-final");
  const headline = (root) => root.querySelector("[data-headline]").textContent;

  // Compared by text: a form's token differs each time and says nothing.
  let shownText = holder.textContent.trim();
  localizeTimes(holder);

  const swap = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const text = fresh.textContent.trim();
    const order = fresh.querySelector(".order");
    if (!order || text === shownText) return;
    shownText = text;
    const before = headline(holder);
    const focusedId = holder.contains(document.activeElement) ? document.activeElement.id : "";
    localizeTimes(order);
    holder.replaceChildren(order);
    main.dataset.orderStatus = order.dataset.status;
    if (headline(holder) !== before) live.textContent = headline(holder);
    if (focusedId) (document.getElementById(focusedId) ?? main).focus();
  };

  const ask = async () => {
    if (document.visibilityState === "visible") {
      try {
        const reply = await fetch(window.location.href, { headers: { "X-Fragment": "1" } });
        if (reply.status === 404) return;
        if (reply.ok) swap(await reply.text());
      } catch {
        // No connection for the moment: the next round asks again.
      }
    }
    if (!isFinal()) setTimeout(ask, INTERVAL_MS);
  };
  if (!isFinal()) setTimeout(ask, INTERVAL_MS);
})();
