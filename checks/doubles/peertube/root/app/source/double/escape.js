const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as it may stand in HTML. */
export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
