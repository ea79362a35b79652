// A program of a site: what it knows are the host of its token endpoint and its credentials.
import SDK from "sfmc-sdk";

const [, , host, clientId, clientSecret, messageKey] = process.argv;
const sdk = new SDK({
  client_id: clientId,
  client_secret: clientSecret,
  account_id: 7281000,
  auth_url: "https://" + host + "/",
  scope: ["sms_send"]
});

const token = await sdk.auth.getAccessToken();
console.log("rest " + token.rest_instance_url);
try {
  const sent = await sdk.rest.post("/messaging/v1/sms/messages/" + messageKey, {
    definitionKey: "account-reset",
    recipient: {
      contactKey: "ada@example.com",
      to: "4915112345678",
      attributes: {FirstName: "Ada", password: "Tulip-41"}
    }
  });
  console.log("sent " + JSON.stringify(sent));
} catch (error) {
  console.log("refused " + JSON.stringify(error.response?.data));
  process.exitCode = 1;
}
