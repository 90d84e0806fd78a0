/* Loaded before the server (LD_PRELOAD): a disk that is slow, fails, or loses what was not synchronised, and a
   clock that jumps.

   It is told by files in the folder DISK_ORDERS, which may come and go while the server runs:
     slow   each fsync takes half a second
     fail   the next fsync of a log of writes fails with EIO, what it was for is lost, and the file is removed
     clock  the clock on the wall is ahead by as many seconds as the file says
   What it has done stands in the file `done` there, a line each.
   In DISK_DURABLE it keeps, of each database file that is written, what a power cut now would leave: what was
   written goes there only at fsync. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FILES 1024
#define RANGES 65536

typedef struct {
  char name[256];
  int durable, count, whole;
  struct { off_t at; size_t length; } ranges[RANGES];
} kept;

static kept *files[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int ends_with(const char *name, const char *end) {
  size_t a = strlen(name), b = strlen(end);
  return a >= b && !strcmp(name + a - b, end);
}

static kept *kept_of(int fd) {
  const char *folder = getenv("DISK_DURABLE");
  char link[64], path[512];
  if (!folder || fd < 0 || fd >= FILES) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  if (!ends_with(path, ".db") && !ends_with(path, ".db-wal")) return NULL;
  const char *name = strrchr(path, '/') + 1;
  for (int n = 0; n < FILES && files[n]; n++)
    if (!strcmp(files[n]->name, name)) return files[n];
  for (int n = 0; n < FILES; n++)
    if (!files[n]) {
      char copy[1024];
      kept *file = calloc(1, sizeof *file);
      snprintf(file->name, sizeof file->name, "%s", name);
      snprintf(copy, sizeof copy, "%s/%s", folder, name);
      file->durable = open(copy, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      return files[n] = file;
    }
  return NULL;
}

static void wrote(int fd, off_t at, ssize_t length) {
  if (length <= 0 || !getenv("DISK_DURABLE")) return;
  pthread_mutex_lock(&lock);
  kept *file = kept_of(fd);
  if (file && file->count < RANGES) {
    file->ranges[file->count].at = at;
    file->ranges[file->count++].length = length;
  } else if (file) {
    file->whole = 1;
  }
  pthread_mutex_unlock(&lock);
}

static void copy(int from, int to, off_t at, size_t length) {
  static char buffer[65536];
  static ssize_t (*put)(int, const void *, size_t, off_t);
  if (!put) put = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
  while (length > 0) {
    ssize_t got = pread(from, buffer, length < sizeof buffer ? length : sizeof buffer, at);
    if (got <= 0 || put(to, buffer, got, at) != got) return;
    at += got;
    length -= got;
  }
}

static void synchronised(int fd) {
  struct stat now;
  pthread_mutex_lock(&lock);
  kept *file = kept_of(fd);
  if (file && file->durable >= 0 && fstat(fd, &now) == 0) {
    if (file->whole) copy(fd, file->durable, 0, now.st_size);
    for (int n = 0; n < file->count; n++) copy(fd, file->durable, file->ranges[n].at, file->ranges[n].length);
    if (ftruncate(file->durable, now.st_size)) {}
    file->count = file->whole = 0;
  }
  pthread_mutex_unlock(&lock);
}

static int ordered(const char *order, int once) {
  const char *folder = getenv("DISK_ORDERS");
  char path[1024];
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, order);
  return once ? unlink(path) == 0 : access(path, F_OK) == 0;
}

static void done_so(const char *what, const char *with) {
  char path[1024], line[1024];
  snprintf(path, sizeof path, "%s/done", getenv("DISK_ORDERS"));
  int length = snprintf(line, sizeof line, "%s %s\n", what, with);
  int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return;
  if (syscall(SYS_write, fd, line, length)) {}
  close(fd);
}

/* As the system does it: what could not be written counts as written from now on. */
static void lost(int fd) {
  pthread_mutex_lock(&lock);
  kept *file = kept_of(fd);
  if (file) file->count = file->whole = 0;
  pthread_mutex_unlock(&lock);
}

static int is_log(const char *path) {
  return (ends_with(path, ".db-wal") && !strstr(path, "search")) || strstr(path, "/pg_wal/");
}

static int before_sync(int fd) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (!strstr(path, ".db") && !strstr(path, "/pg_wal/")) return 0;
  if (ordered("slow", 0)) {
    done_so("slow", path);
    usleep(500000);
  }
  if (!is_log(path) || !ordered("fail", 1)) return 0;
  done_so("fail", path);
  lost(fd);
  errno = EIO;
  return -1;
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  if (before_sync(fd)) return -1;
  int done = real(fd);
  if (!done) synchronised(fd);
  return done;
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  if (before_sync(fd)) return -1;
  int done = real(fd);
  if (!done) synchronised(fd);
  return done;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
  ssize_t done = real(fd, data, length, at);
  wrote(fd, at, done);
  return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  ssize_t done = real(fd, data, length, at);
  wrote(fd, at, done);
  return done;
}

ssize_t write(int fd, const void *data, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  off_t at = getenv("DISK_DURABLE") ? lseek(fd, 0, SEEK_CUR) : -1;
  ssize_t done = real(fd, data, length);
  if (at >= 0) wrote(fd, at, done);
  return done;
}

int clock_gettime(clockid_t which, struct timespec *now) {
  static __thread time_t looked = -1;
  static __thread long ahead;
  REAL(int, "clock_gettime", clockid_t, struct timespec *);
  int done = real(which, now);
  if (done || which != CLOCK_REALTIME || !getenv("DISK_ORDERS")) return done;
  struct timespec since;
  real(CLOCK_MONOTONIC, &since);
  if (since.tv_sec != looked) {
    char path[1024], said[32] = "";
    looked = since.tv_sec;
    snprintf(path, sizeof path, "%s/clock", getenv("DISK_ORDERS"));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
      ssize_t got = read(fd, said, sizeof said - 1);
      if (got < 0) said[0] = 0;
      close(fd);
    }
    if (ahead != atol(said)) done_so("clock", said);
    ahead = atol(said);
  }
  now->tv_sec += ahead;
  return 0;
}
