// A certified OpenID provider on this machine, with its own pages to sign in. Whoever signs in as
// NAME has the address NAME, verified unless it begins with "unverified".
import Provider from 'oidc-provider'

const [port, redirect] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'halftime',
    client_secret: process.env.CLIENT_SECRET,
    redirect_uris: [redirect],
    post_logout_redirect_uris: [redirect],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
  conformIdTokenClaims: false,
  cookies: { keys: [process.env.CLIENT_SECRET] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: id,
      email_verified: !id.startsWith('unverified'),
      groups: id.startsWith('auditor') ? ['audit'] : [],
    }),
  }),
})
provider.listen(Number(port), '127.0.0.1', () => console.log(`listening at ${issuer}`))
