/* A power failure for a process: it keeps, in the directory that POWER_IMAGE names, every database file as it was when it was
   last synced. What was written after that is not there, as after a failure in which the system's cache is lost.
   Loaded with LD_PRELOAD. The image is taken before the sync and counts once the sync has succeeded, so that it never has more
   than what was promised. Names of files are taken to be durable. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* The file's name, if it is the database or its write-ahead log; NULL otherwise. */
static const char *kept(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  const char *name = strrchr(path, '/');
  name = name ? name + 1 : path;
  return strstr(name, ".db") && !strstr(name, "-shm") ? name : NULL;
}

static int copied(const char *path, const char *to) {
  char buffer[65536];
  ssize_t read_bytes;
  int in = open(path, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600), good = in >= 0 && out >= 0;
  while (good && (read_bytes = read(in, buffer, sizeof buffer)) != 0)
    good = read_bytes > 0 && write(out, buffer, read_bytes) == read_bytes;
  if (in >= 0) close(in);
  if (out >= 0) close(out);
  return good;
}

static int synced(const char *which, int fd) {
  int (*sync_file)(int) = (int (*)(int))dlsym(RTLD_NEXT, which);
  const char *image = getenv("POWER_IMAGE");
  char path[4096], taken[8192], durable[8192];
  const char *name = image ? kept(fd, path, sizeof path) : NULL;
  if (!name) return sync_file(fd);
  pthread_mutex_lock(&one_at_a_time);
  snprintf(taken, sizeof taken, "%s/%s.taken", image, name);
  snprintf(durable, sizeof durable, "%s/%s", image, name);
  int good = copied(path, taken);
  int result = sync_file(fd);
  if (result == 0 && (!good || rename(taken, durable) != 0)) abort();
  pthread_mutex_unlock(&one_at_a_time);
  return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
