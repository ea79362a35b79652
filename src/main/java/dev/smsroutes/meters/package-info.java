/**
 * The meters of this process: what an operator's monitoring reads of it, at {@code
 * /observe/metrics}.
 */
package dev.smsroutes.meters;
