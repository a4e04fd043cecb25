/* Runs a program and writes "SECONDS PEAK-KILOBYTES EXIT-STATUS" into a file.

     stopwatch REPORT PROGRAM [ARGUMENT...]

   A process starts with the peak memory of the one it was forked from. Started from Python, nothing would ever seem to
   need less than Python does; this program needs about one megabyte. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count < 3) {
    fputs("usage: stopwatch REPORT PROGRAM [ARGUMENT...]\n", stderr);
    return 64;
  }
  double start = now();
  pid_t child = fork();
  if (child < 0) {
    perror("stopwatch: fork");
    return 70;
  }
  if (child == 0) {
    execvp(arguments[2], arguments + 2);
    fprintf(stderr, "stopwatch: %s: %s\n", arguments[2], strerror(errno));
    _exit(127);
  }
  int status;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno == EINTR) continue;
    perror("stopwatch: wait4");
    return 70;
  }
  double seconds = now() - start;
  FILE *report = fopen(arguments[1], "w");
  if (!report) {
    perror(arguments[1]);
    return 70;
  }
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(report, "%.6f %ld %d\n", seconds, usage.ru_maxrss, code);
  return fclose(report) == 0 ? 0 : 70;
}
