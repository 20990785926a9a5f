// The poster page: everything here only adds to a page that is complete without it.
import { tellHowLongAgo } from "./ago.js";
import { offerSharing } from "./share.js";

tellHowLongAgo(document.querySelectorAll("time[data-ago]"));
offerSharing(document.querySelector("[data-share]"));

// The map weighs more than the page, so it is fetched when it is about to be seen.
const place = document.querySelector("[data-area-map]");
if (place) {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      import("./area-map.js").then((map) => map.show(place)).catch(() => {}); // the drawing stays
    },
    { rootMargin: "300px" },
  );
  watcher.observe(place);
}
