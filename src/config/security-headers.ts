import helmet from 'helmet';

/**
 * What the stand-alone service tells browsers: answers are data, and the documentation's page loads nothing from elsewhere and is
 * framed by nobody. Not HSTS: whoever ends TLS in front decides for the whole host name, and the service itself speaks plain HTTP,
 * for which reason its pages are not told to upgrade either.
 */
export function securityHeaders(): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // Swagger UI has styles of its own in its page and on its elements, and its icons in its style sheet.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
}
