import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import { render } from "../src/lib/markdown";
import "./docs.css";

/** Descriptions go through our own renderer: Swagger's hands plain strings to the page, which the policy of the server refuses. */
const trustedMarkdown = () => ({
  wrapComponents: {
    Markdown:
      (_original: unknown, { React }: { React: { createElement: (...given: unknown[]) => unknown } }) =>
      ({ source }: { source?: string }) =>
        source
          ? React.createElement("div", {
              className: "renderedMarkdown",
              dangerouslySetInnerHTML: { __html: render(source) },
            })
          : null,
  },
});

SwaggerUI({
  url: "/api/openapi.json",
  domNode: document.getElementById("docs")!,
  deepLinking: true,
  docExpansion: "list",
  plugins: [trustedMarkdown],
  // Nothing is sent elsewhere to be judged there.
  validatorUrl: null,
});
