// Passkeys where the browser has them; a ceremony that fails says so on the page.
document.addEventListener("DOMContentLoaded", () => {
  if (window.PublicKeyCredential) {
    for (const one of document.querySelectorAll("[data-needs-passkeys]")) one.hidden = false;
  }
});
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const one of document.querySelectorAll("[data-passkey-problem]")) one.hidden = false;
});
