// A policy of the page forbids inline scripts, so this is a file.
SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  // The intake is another origin, and it refuses requests of web pages: nothing can be tried out here.
  supportedSubmitMethods: [],
  plugins: [() => ({ wrapComponents: { authorizeBtn: () => () => null } })],
  // No badge of a validator on another host.
  validatorUrl: null,
});
