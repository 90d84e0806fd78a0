// A certified OpenID provider for the tests. Whoever types a name is that person; the password is not looked at.
// Prints the address it listens at. POST /client registers where a client may be sent back to.
import http from "node:http";
import { Provider } from "oidc-provider";

const server = http.createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const client = {
  client_id: "talkoot",
  client_secret: "a-secret-between-the-two-of-them-0123456789",
  grant_types: ["authorization_code"],
  response_types: ["code"],
  id_token_signed_response_alg: "RS256",
};
let oidc;

function start(redirectUris, logoutUri) {
  const more = logoutUri ? { backchannel_logout_uri: logoutUri, backchannel_logout_session_required: true } : {};
  const provider = new Provider(issuer, {
    clients: [{ ...client, redirect_uris: redirectUris, ...more }],
    cookies: { keys: ["a key of the tests"] },
    pkce: { required: () => true },
    claims: {
      openid: ["sub", "sid"],
      email: ["email", "email_verified"],
      profile: ["name", "preferred_username"],
      groups: ["groups"],
    },
    features: { backchannelLogout: { enabled: true } },
    fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its own would refuse this machine
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id[0].toUpperCase()}${id.slice(1)} Provided`,
        preferred_username: id,
        email: `${id}@example.org`,
        email_verified: true,
        groups: [`team-${id}`],
      }),
    }),
  });
  provider.on("backchannel.error", (_context, error) => console.error(`logout: ${error}`));
  oidc = provider.callback();
}

start([`${issuer}/nowhere`]);
server.on("request", async (request, response) => {
  if (request.url !== "/client") return oidc(request, response);
  const parts = [];
  for await (const part of request) parts.push(part);
  const { redirect_uris, logout_uri } = JSON.parse(Buffer.concat(parts));
  start(redirect_uris, logout_uri);
  response.end();
});
console.log(`ready at ${issuer}`);
