// "25 minutes ago" behind a time, kept current.
const STEPS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

function words(seconds, language) {
  const [unit, length] = STEPS.find(([, size]) => seconds >= size) ?? ["minute", 60];
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  return format.format(-Math.floor(seconds / length), unit);
}

export function tellHowLongAgo(times) {
  const language = document.documentElement.lang;
  for (const time of times) {
    const note = document.createElement("span");
    note.className = "ago";
    time.after(" ", note);
    const tell = () => {
      const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
      note.textContent = seconds >= 0 ? `(${words(seconds, language)})` : "";
    };
    tell();
    setInterval(tell, 30000);
  }
}
