/* A measuring rod: what the libraries and the disk cost by themselves, on one thread, without any of our own work.

     rod walk REPOSITORY [DATA]    open every folder of HEAD below the data folder
     rod read REPOSITORY [DATA]    and read every file
     rod parse REPOSITORY [DATA]   and have libyaml take every .yaml file apart
     rod write FROM TO             copy a folder's files into a new folder, each one fsynced, then the folders

   Prints the number of files, their bytes and the seconds. Ends with 1 when anything at all fails: a rod that does
   less work than it says measures nothing. */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>

enum depth { WALK, READ, PARSE };

struct tally {
  long files;
  long long bytes;
};

static void fail(const char *doing, const char *what, const char *why) {
  fprintf(stderr, "rod: %s %s: %s\n", doing, what, why ? why : "failed");
  exit(1);
}

/* ---- git and YAML ---- */

static void git_check(int code, const char *doing, const char *what) {
  if (code >= 0) return;
  const git_error *error = git_error_last();
  fail(doing, what, error ? error->message : NULL);
}

static void parse_yaml(const char *name, const unsigned char *text, size_t length) {
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) fail("parsing", name, "out of memory");
  yaml_parser_set_input_string(&parser, text, length);
  for (yaml_event_type_t type = YAML_NO_EVENT; type != YAML_STREAM_END_EVENT;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) fail("parsing", name, parser.problem);
    type = event.type;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
}

static int is_yaml(const char *name) {
  size_t length = strlen(name);
  return length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

static void visit_file(git_odb *odb, const git_tree_entry *entry, enum depth depth, struct tally *tally) {
  const char *name = git_tree_entry_name(entry);
  tally->files++;
  if (depth == WALK) return;
  git_odb_object *object;
  git_check(git_odb_read(&object, odb, git_tree_entry_id(entry)), "reading", name);
  size_t length = git_odb_object_size(object);
  tally->bytes += (long long)length;
  if (depth == PARSE && is_yaml(name)) parse_yaml(name, git_odb_object_data(object), length);
  git_odb_object_free(object);
}

static void visit_folder(
    git_repository *repository, git_odb *odb, const git_oid *id, enum depth depth, struct tally *tally) {
  git_tree *tree;
  git_check(git_tree_lookup(&tree, repository, id), "opening", git_oid_tostr_s(id));
  size_t count = git_tree_entrycount(tree);
  for (size_t index = 0; index < count; index++) {
    const git_tree_entry *entry = git_tree_entry_byindex(tree, index);
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE)
      visit_folder(repository, odb, git_tree_entry_id(entry), depth, tally);
    else
      visit_file(odb, entry, depth, tally);
  }
  git_tree_free(tree);
}

static struct tally visit_head(const char *path, const char *data, enum depth depth) {
  struct tally tally = {0, 0};
  git_repository *repository;
  git_odb *odb;
  git_object *folder;
  char revision[1024];
  if (snprintf(revision, sizeof revision, "HEAD:%s", data) >= (int)sizeof revision) fail("opening", data, "too long");
  git_check(git_libgit2_init(), "starting", "libgit2");
  git_check(git_repository_open(&repository, path), "opening", path);
  git_check(git_repository_odb(&odb, repository), "opening", path);
  git_check(git_revparse_single(&folder, repository, revision), "finding", revision);
  visit_folder(repository, odb, git_object_id(folder), depth, &tally);
  git_object_free(folder);
  git_odb_free(odb);
  git_repository_free(repository);
  return tally;
}

/* ---- Writing ---- */

static void write_file(int from, int to, const char *name, off_t length, struct tally *tally) {
  char *bytes = malloc((size_t)length + 1);
  if (!bytes) fail("reading", name, "out of memory");
  int source = openat(from, name, O_RDONLY);
  if (source < 0) fail("opening", name, strerror(errno));
  for (off_t done = 0; done < length;) {
    ssize_t count = read(source, bytes + done, (size_t)(length - done));
    if (count <= 0) fail("reading", name, strerror(errno));
    done += count;
  }
  close(source);
  int target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (target < 0) fail("creating", name, strerror(errno));
  for (off_t done = 0; done < length;) {
    ssize_t count = write(target, bytes + done, (size_t)(length - done));
    if (count < 0) fail("writing", name, strerror(errno));
    done += count;
  }
  if (fsync(target) != 0 || close(target) != 0) fail("writing", name, strerror(errno));
  free(bytes);
  tally->files++;
  tally->bytes += length;
}

/* Symbolic links, such as the one to the current set, are passed over. */
static void write_folder(int from, int to, struct tally *tally) {
  DIR *folder = fdopendir(dup(from));
  if (!folder) fail("opening", "a folder", strerror(errno));
  for (struct dirent *entry; (entry = readdir(folder));) {
    const char *name = entry->d_name;
    struct stat info;
    if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
    if (fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) != 0) fail("looking at", name, strerror(errno));
    if (S_ISREG(info.st_mode)) {
      write_file(from, to, name, info.st_size, tally);
    } else if (S_ISDIR(info.st_mode)) {
      if (mkdirat(to, name, 0777) != 0) fail("making", name, strerror(errno));
      int source = openat(from, name, O_RDONLY | O_DIRECTORY);
      int target = openat(to, name, O_RDONLY | O_DIRECTORY);
      if (source < 0 || target < 0) fail("opening", name, strerror(errno));
      write_folder(source, target, tally);
      close(source);
      close(target);
    }
  }
  closedir(folder);
  if (fsync(to) != 0) fail("writing", "a folder", strerror(errno));
}

static struct tally write_copy(const char *from, const char *to) {
  struct tally tally = {0, 0};
  if (mkdir(to, 0777) != 0) fail("making", to, strerror(errno));
  int source = open(from, O_RDONLY | O_DIRECTORY);
  int target = open(to, O_RDONLY | O_DIRECTORY);
  if (source < 0) fail("opening", from, strerror(errno));
  if (target < 0) fail("opening", to, strerror(errno));
  write_folder(source, target, &tally);
  close(source);
  close(target);
  return tally;
}

/* ---- Main ---- */

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  double start = now();
  struct tally tally;
  const char *mode = count > 1 ? arguments[1] : "";
  const char *data = count > 3 ? arguments[3] : "data";
  if (count == 4 && !strcmp(mode, "write")) {
    tally = write_copy(arguments[2], arguments[3]);
  } else if ((count == 3 || count == 4) && !strcmp(mode, "walk")) {
    tally = visit_head(arguments[2], data, WALK);
  } else if ((count == 3 || count == 4) && !strcmp(mode, "read")) {
    tally = visit_head(arguments[2], data, READ);
  } else if ((count == 3 || count == 4) && !strcmp(mode, "parse")) {
    tally = visit_head(arguments[2], data, PARSE);
  } else {
    fputs("usage: rod walk|read|parse REPOSITORY [DATA]\n       rod write FROM TO\n", stderr);
    return 64;
  }
  printf("%s: %ld files, %lld bytes, %.3f s\n", mode, tally.files, tally.bytes, now() - start);
  return 0;
}
