declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    url: string;
    domNode: Element;
    deepLinking?: boolean;
    docExpansion?: "list" | "full" | "none";
    plugins?: unknown[];
    validatorUrl?: string | null;
  }
  export default function SwaggerUI(options: Options): unknown;
}
