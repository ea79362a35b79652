package dev.smsroutes.definition;

import dev.smsroutes.definition.DefinitionReader.DefinitionOrProblems;
import dev.smsroutes.definition.DefinitionReader.TextFile;
import dev.smsroutes.definition.InvalidDefinitionException.Problem;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.template.Template;
import dev.smsroutes.template.TextParts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The definitions of a folder: one {@code .json}, {@code .yaml} or {@code .yml} file for each, in
 * the API's own shape. The text may be in a file of the same name with {@code .amp}, as the tool
 * mcdev keeps it. Read once and checked as a whole; immutable and thread-safe afterwards.
 *
 * <p>It skips sub-folders, hidden files and other files; the {@link #report()} names the other
 * files.
 */
public final class DefinitionDirectory implements Definitions {
  private static final String KEY = "sms.definitions.directory";
  private static final int MAX_KEY_TO_COMPARE = 200;
  private static final List<String> DEFINITIONS = List.of("json", "yaml", "yml");
  private static final String TEXT = "amp";

  private final Path directory;
  private final Map<String, Definition> byKey;
  private final Map<String, String> keyByLetters = new HashMap<>();
  private final List<String> ignored;

  private DefinitionDirectory(Path directory, Map<String, Definition> byKey, List<String> ignored) {
    this.directory = directory;
    this.byKey = Collections.unmodifiableMap(byKey);
    this.ignored = List.copyOf(ignored);
    byKey.keySet().forEach(key -> keyByLetters.putIfAbsent(letters(key), key));
    // A key without letters and digits resembles no other key.
    keyByLetters.remove("");
  }

  /**
   * Reads all definitions of a folder, in the order of the file names. An empty folder is allowed:
   * the {@link #report()} warns of it.
   *
   * @throws InvalidDefinitionException if there is no such folder, or any file is faulty; names all
   *     faults of all files
   */
  public static DefinitionDirectory load(Path directory) {
    List<Problem> problems = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    Map<String, Definition> byKey = new LinkedHashMap<>();
    Map<String, String> fileOfKey = new HashMap<>();
    List<Path> files = files(directory);
    Set<String> names =
        files.stream().map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    for (Path file : files) {
      String name = file.getFileName().toString();
      String extension = extension(name);
      if (Files.isRegularFile(file) && extension.equals(TEXT)) {
        if (DEFINITIONS.stream().noneMatch(one -> names.contains(stem(name) + "." + one))) {
          problems.add(
              new Problem(
                  name,
                  "",
                  "expected a definition next to this text; there is no "
                      + stem(name)
                      + ".json or .yaml"));
        }
        continue;
      }
      if (!Files.isRegularFile(file) || !DEFINITIONS.contains(extension)) {
        ignored.add(name);
        continue;
      }
      DefinitionOrProblems result = read(file, name, !extension.equals("json"));
      problems.addAll(result.problems());
      result
          .definition()
          .ifPresent(
              definition -> {
                String other = fileOfKey.putIfAbsent(definition.key(), name);
                if (other == null) {
                  byKey.put(definition.key(), definition);
                } else {
                  problems.add(
                      new Problem(
                          name,
                          "definitionKey",
                          "expected a unique key; '"
                              + definition.key()
                              + "' is defined in "
                              + other
                              + " too"));
                }
              });
    }
    if (!problems.isEmpty()) {
      throw new InvalidDefinitionException(problems);
    }
    return new DefinitionDirectory(directory, byKey, ignored);
  }

  @Override
  public Optional<Definition> find(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  @Override
  public Collection<Definition> all() {
    return byKey.values();
  }

  @Override
  public Optional<String> nearest(String key) {
    return key.length() > MAX_KEY_TO_COMPARE
        ? Optional.empty()
        : Optional.ofNullable(keyByLetters.get(letters(key)));
  }

  /** The lines for the start log: one for each definition, and for each skipped file. */
  public List<String> report() {
    List<String> lines = new ArrayList<>();
    byKey.values().forEach(definition -> lines.add(line(definition)));
    if (byKey.isEmpty()) {
      lines.add(
          "No definition in "
              + directory
              + ": every request will be refused ("
              + KEY
              + " names the folder)");
    }
    ignored.forEach(
        name ->
            lines.add(name + " in " + directory + " is not read: not a .json, .yaml or .amp file"));
    return lines;
  }

  private static String line(Definition definition) {
    Template template = definition.template();
    StringBuilder line = new StringBuilder("Definition ").append(definition.key());
    line.append(" (").append(definition.status().word()).append("): ");
    line.append(
        template.names().isEmpty()
            ? "no placeholders"
            : template.names().stream()
                .map(name -> "%%" + name + "%%")
                .collect(Collectors.joining(", ", "needs ", "")));
    if (template.leftToApi()) {
      line.append("; left to the API: ").append(String.join(", ", template.apiOnly()));
    }
    TextParts parts = TextParts.count(template.literalText());
    boolean exact = template.names().isEmpty() && !template.leftToApi();
    line.append(exact ? "; " : "; at least ");
    line.append(parts.parts()).append(parts.parts() == 1 ? " part of " : " parts of ");
    line.append(parts.encoding().words());
    parts.firstNonGsm().ifPresent(character -> line.append(", for ").append(character.character()));
    return line.toString();
  }

  private static List<Path> files(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new InvalidDefinitionException(
          List.of(
              new Problem(
                  directory.toString(),
                  "",
                  "expected "
                      + KEY
                      + " to name the folder of the send definitions; "
                      + (Files.exists(directory) ? "this is a file" : "there is no such folder")
                      + " ("
                      + directory.toAbsolutePath().normalize()
                      + ")")));
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          // Not Files.isHidden, whose meaning depends on the system.
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted(Comparator.comparing(file -> file.getFileName().toString()))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidDefinitionException(
          List.of(
              new Problem(
                  directory.toString(),
                  "",
                  "expected " + KEY + " to name a folder that can be read; " + why(e))));
    }
  }

  private static DefinitionOrProblems read(Path file, String name, boolean yaml) {
    Path textFile = file.resolveSibling(textFileOf(name));
    try {
      Optional<TextFile> text = Optional.empty();
      if (Files.isRegularFile(textFile)) {
        text = Optional.of(new TextFile(textFileOf(name), bytes(textFile)));
      }
      return DefinitionReader.read(name, yaml, bytes(file), text);
    } catch (IOException e) {
      return new DefinitionOrProblems(
          Optional.empty(),
          List.of(new Problem(name, "", "expected a file that can be read; " + why(e))));
    }
  }

  private static String why(Exception e) {
    return FileFailure.why(
        e instanceof UncheckedIOException wrapped ? wrapped.getCause() : (IOException) e);
  }

  /** Reads one byte more than allowed, which shows that the file is too long. */
  private static byte[] bytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(DefinitionReader.MAX_BYTES + 1);
    }
  }

  /** The name of the file with the text of this definition. */
  static String textFileOf(String name) {
    return stem(name) + "." + TEXT;
  }

  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  private static String letters(String key) {
    return key.codePoints()
        .filter(Character::isLetterOrDigit)
        .map(Character::toLowerCase)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
