// Offers passkeys where the browser knows them, and says so where one is not accepted. Everything else is done by the
// scripts beside it; without any of them the password and the codes remain.
"use strict";

if (window.PublicKeyCredential) for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const text of document.querySelectorAll("[data-passkey-problem]")) text.hidden = false;
});
