// @ts-check
// Looks again while something is under way, but not behind the back of somebody who is in the middle of something.
setInterval(() => {
  if (!document.hidden && document.activeElement === document.body) location.reload();
}, 5000);
