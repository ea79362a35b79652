package dev.smsroutes.faults;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * How a run is made.
 *
 * @param seed of every random choice
 * @param brief whether each experiment takes its small numbers
 * @param rows of the file that is sent in the midst of kills; empty for the usual number
 * @param folder gets one folder for each experiment, with logs and data
 */
record Plan(long seed, boolean brief, OptionalInt rows, Path folder) {}
