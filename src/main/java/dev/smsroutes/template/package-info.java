/**
 * Turns {@code %%name%%} into text, and counts the parts and the encoding of a text.
 *
 * <p>Used by definitions, the pipeline and {@code app}. No Camel here. Threads: all classes are
 * immutable.
 */
package dev.smsroutes.template;
