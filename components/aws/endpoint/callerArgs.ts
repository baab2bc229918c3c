import { objectOf, textLike } from "@tf-model-serving/core/internal/arguments/schema";

/** How a load balancer on AWS knows who calls. */
export interface AlbAuthArgs {
  /** Tokens of an issuer: each REST request and gRPC call has to bring one. @default - none are asked for */
  jwt?: AlbJwtArgs;
}

/**
 * Tokens that the load balancer takes: signed with RS256 by a key of the set, not expired, of this
 * issuer and for this audience. They come in the header `Authorization: Bearer TOKEN`.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
 */
export interface AlbJwtArgs {
  /** What the claim `iss` has to be, such as `https://login.example.com/`; 256 characters at most. */
  issuer: string;

  /**
   * What the claim `aud` has to be, as a text; 256 characters at most. Tokens of Amazon Cognito for
   * programs have none: its identity tokens do.
   */
  audience: string;

  /**
   * URL of the issuer's key set, by `https` and from the internet, of 256 characters at most. The load
   * balancer asks for it: up to 10 keys and 150 KB, as AWS has it. The subnets need a way there, which is
   * a NAT gateway for a load balancer that is not `public`.
   */
  jwks: string;
}

const longest = 256;

function claim(what: string) {
  return textLike(
    new RegExp(`^[^]{1,${longest}}$`),
    `use ${what}, in ${longest} characters at most`,
  );
}

/** Shape and range of AlbAuthArgs. */
export const albAuthSchema = objectOf<AlbAuthArgs>({
  jwt: objectOf<AlbJwtArgs>({
    issuer: claim("the claim iss of its tokens"),
    audience: claim("the claim aud of its tokens"),
    jwks: textLike(
      new RegExp(`^(?=.{1,${longest}}$)https://[^\\s/]+/\\S*$`),
      "use the https URL of the issuer's key set, since the load balancer reads no file, in " +
        `${longest} characters at most`,
    ),
  }).optional(),
});
