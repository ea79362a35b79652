package dev.smsroutes.faults;

import java.nio.file.Path;

/**
 * How a run is made.
 *
 * @param seed of every random choice
 * @param brief whether each experiment takes its small numbers
 * @param folder gets one folder for each experiment, with logs and data
 */
record Plan(long seed, boolean brief, Path folder) {}
