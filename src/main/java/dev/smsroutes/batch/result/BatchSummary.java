package dev.smsroutes.batch.result;

/**
 * What became of a file.
 *
 * @param name under which it is found in the done or failed folder
 * @param rows how many messages it asked for
 * @param recorded how many of them were settled when an earlier pass was interrupted, and were not
 *     sent again
 * @param accepted how many the API took, now or earlier
 * @param refused how many can never be sent as they are, duplicates included
 * @param unsettled how many nobody can be sure of, or were surely not sent yet
 * @param millis from taking the file to its results on disk
 */
public record BatchSummary(
    String name,
    long rows,
    long recorded,
    long accepted,
    long refused,
    long unsettled,
    long millis) {}
