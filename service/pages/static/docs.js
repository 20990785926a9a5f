// The API page: Swagger UI over this server's own description. Without it, the plain link stays.

// Swagger UI brings a <main> of its own, and a page has one.
function makePlain(main) {
  const plain = document.createElement("div");
  plain.id = main.id;
  plain.className = main.className;
  plain.tabIndex = -1;
  plain.append(...main.childNodes);
  main.replaceWith(plain);
}

function followScheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", follow);
  follow();
}

if (window.SwaggerUIBundle) {
  makePlain(document.getElementById("main"));
  followScheme();
  const place = document.getElementById("swagger-ui");
  window.SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    validatorUrl: null, // nothing is sent to anybody else
  });
}
