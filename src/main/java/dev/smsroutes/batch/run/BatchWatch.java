package dev.smsroutes.batch.run;

/** Sees batches begin, go on and end. Called by many threads. */
@FunctionalInterface
interface BatchWatch {
  /** Now and then, when there was an outcome ({@link Batch#PROGRESS_EVERY}). */
  void progressed(Batch batch);

  /** Before its first reading; it can be asked for its {@link Batch#progress} from now on. */
  default void began(Batch batch) {}

  /** It is closed, whatever became of it. May be called for one that never began. */
  default void ended(Batch batch) {}
}
