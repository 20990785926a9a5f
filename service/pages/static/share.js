// The share button: the phone's own sheet, else the link on the clipboard.
async function share(button, status) {
  const { title, url, copied, failed } = button.dataset;
  if (navigator.share) {
    try {
      await navigator.share({ title, url });
      return;
    } catch (error) {
      if (error.name === "AbortError") return; // the person changed their mind
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    status.textContent = copied;
  } catch {
    status.textContent = failed;
  }
}

export function offerSharing(button) {
  if (!button) return;
  const status = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", () => share(button, status));
}
