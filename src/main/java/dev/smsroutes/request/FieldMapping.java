package dev.smsroutes.request;

/**
 * The old name of {@link dev.smsroutes.intake.request.FieldMapping} in a site's YAML. Goes in the
 * next release.
 *
 * @deprecated name {@code dev.smsroutes.intake.request.FieldMapping} as the bean's type
 */
@Deprecated(forRemoval = false)
public final class FieldMapping extends dev.smsroutes.intake.request.FieldMapping {}
