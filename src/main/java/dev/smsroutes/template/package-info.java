/**
 * Renders texts with {@code %%name%%}, and counts the parts of a text.
 *
 * <p>Used by definitions, the pipeline and {@code app}. No Camel here. Threads: all classes are
 * immutable.
 */
package dev.smsroutes.template;
