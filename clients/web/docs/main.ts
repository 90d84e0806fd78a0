import DOMPurify from "dompurify";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";

// Swagger UI hands plain strings to the page. Where the browser asks for trusted types, they are purified on the way.
window.trustedTypes?.createPolicy("default", {
  createHTML: (html) => DOMPurify.sanitize(html),
});

SwaggerUI({
  url: "/api/openapi.json",
  domNode: document.getElementById("docs")!,
  deepLinking: true,
  docExpansion: "list",
  // Nothing is sent elsewhere to be judged there.
  validatorUrl: null,
});
