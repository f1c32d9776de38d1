/* A disk that fails and a clock that jumps, for one process: LD_PRELOAD=faults.so. Knows nothing of archives.
 *
 * Counts the calls that change files beneath a folder, and lets the N-th of them meet a fault. What is written through
 * mapped memory (SQLite's -shm) cannot be seen from here; the calls before and after it can. tantivy renames without
 * libc (through rustix), so that call is caught at the system's door, on x86-64.
 *
 *   FAULTS_UNDER  the folder, without links in its path
 *   FAULTS_AT     N, counted from 1 in each process; 0 only counts
 *   FAULTS_DO     EIO, ENOSPC, EACCES: this call fails            full: from here on the disk takes no byte
 *                 torn: half is written, then EIO                 gone: from here on every call fails with EIO
 *                 kill-before, kill-after, kill-torn: SIGKILL before it, after it, with half of it written
 *   FAULTS_LOG    where a line is put for each call: its kind, the file's name
 *   FAULTS_CLOCK  a file with the seconds by which CLOCK_REALTIME is wrong; looked up at each reading
 *
 * A process that is forked from a prepared one calls faults_arm() instead of reading the environment.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum fate { PASS, FAIL, HALF, DIE_BEFORE, DIE_AFTER, DIE_HALF };
enum kind { WRITE, TRUNCATE, SYNC, RENAME, UNLINK };

static const char *const NAMES[] = {"write", "truncate", "sync", "rename", "unlink"};
static const struct fault {
    const char *name;
    enum fate fate;
    int number;
    int lasting;
} FAULTS[] = {
    {"EIO", FAIL, EIO, 0},      {"ENOSPC", FAIL, ENOSPC, 0},        {"EACCES", FAIL, EACCES, 0},
    {"full", FAIL, ENOSPC, 1},  {"gone", FAIL, EIO, 1},             {"torn", HALF, EIO, 0},
    {"kill-before", DIE_BEFORE, 0, 0}, {"kill-after", DIE_AFTER, 0, 0}, {"kill-torn", DIE_HALF, 0, 0},
};

static char folder[PATH_MAX];
static long wanted;
static const struct fault *fault;
static atomic_long calls;
static int log_file = -1, clock_file = -1;

/* Real functions are looked up once; the first caller may come before our own constructor. */
#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static void watch_renames(void);

static int opened(const char *path, int flags) {
    return path && *path ? (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0644) : -1;
}

void faults_arm(const char *under, long at, const char *what, const char *log) {
    snprintf(folder, sizeof folder, "%s", under ? under : "");
    wanted = at;
    fault = NULL;
    for (size_t each = 0; what && each < sizeof FAULTS / sizeof *FAULTS; each++)
        if (!strcmp(what, FAULTS[each].name)) fault = &FAULTS[each];
    atomic_store(&calls, 0);
    log_file = opened(log, O_WRONLY | O_CREAT | O_APPEND);
    if (*folder) watch_renames();
}

__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("FAULTS_AT");
    clock_file = opened(getenv("FAULTS_CLOCK"), O_RDONLY);
    faults_arm(getenv("FAULTS_UNDER"), at ? atol(at) : 0, getenv("FAULTS_DO"), getenv("FAULTS_LOG"));
}

static int is_beneath(const char *path) {
    size_t length = strlen(folder);
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static void note(enum kind kind, const char *path) {
    char line[PATH_MAX + 16];
    const char *name = strrchr(path, '/');
    int length = snprintf(line, sizeof line, "%s %s\n", NAMES[kind], name ? name + 1 : path);
    if (log_file >= 0) syscall(SYS_write, log_file, line, length);
}

/* A full disk takes no byte more; what is there can still be made durable, renamed and removed. */
static int concerns(enum kind kind) {
    return !fault->lasting || fault->number != ENOSPC || kind == WRITE || kind == TRUNCATE;
}

static enum fate met(enum kind kind, const char *path) {
    if (!is_beneath(path)) return PASS;
    long number = atomic_fetch_add(&calls, 1) + 1;
    note(kind, path);
    if (!fault || !wanted || (fault->lasting ? number < wanted : number != wanted) || !concerns(kind)) return PASS;
    return fault->fate;
}

static enum fate met_file(enum kind kind, int file) {
    char link[64], path[PATH_MAX];
    if (!*folder) return PASS;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return PASS;
    path[length] = 0;
    return met(kind, path);
}

static enum fate met_name(enum kind kind, int where, const char *name) {
    char link[64] = "/proc/self/cwd", path[PATH_MAX * 2];
    if (!*folder) return PASS;
    if (*name == '/') return met(kind, name);
    if (where != AT_FDCWD) snprintf(link, sizeof link, "/proc/self/fd/%d", where);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return PASS;
    snprintf(path + length, sizeof path - length, "/%s", name);
    return met(kind, path);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* What becomes of one call: `whole` is what was asked for, `half` a part of it. */
#define CALL(fate, type, whole, half) \
    type result = -1; \
    switch (fate) { \
    case PASS: return whole; \
    case FAIL: break; \
    case HALF: result = half; result = -1; break; \
    case DIE_BEFORE: die(); break; \
    case DIE_AFTER: result = whole; die(); break; \
    case DIE_HALF: result = half; die(); break; \
    } \
    errno = fault->number; \
    return result

ssize_t write(int file, const void *bytes, size_t size) {
    REAL(write);
    CALL(met_file(WRITE, file), ssize_t, real(file, bytes, size), real(file, bytes, size / 2));
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t place) {
    REAL(pwrite);
    CALL(met_file(WRITE, file), ssize_t, real(file, bytes, size, place), real(file, bytes, size / 2, place));
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t place) {
    REAL(pwrite64);
    CALL(met_file(WRITE, file), ssize_t, real(file, bytes, size, place), real(file, bytes, size / 2, place));
}

ssize_t writev(int file, const struct iovec *parts, int number) {
    REAL(writev);
    CALL(met_file(WRITE, file), ssize_t, real(file, parts, number), real(file, parts, number / 2));
}

int ftruncate(int file, off_t size) {
    REAL(ftruncate);
    CALL(met_file(TRUNCATE, file), int, real(file, size), -1);
}

int ftruncate64(int file, off64_t size) {
    REAL(ftruncate64);
    CALL(met_file(TRUNCATE, file), int, real(file, size), -1);
}

int fsync(int file) {
    REAL(fsync);
    CALL(met_file(SYNC, file), int, real(file), -1);
}

int fdatasync(int file) {
    REAL(fdatasync);
    CALL(met_file(SYNC, file), int, real(file), -1);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    CALL(met_name(RENAME, AT_FDCWD, to), int, real(from, to), -1);
}

#define OURS 0xfa0175 /* a fifth argument that the system does not look at, by which our own calls are known */

int renameat(int from_where, const char *from, int to_where, const char *to) {
    enum fate fate = met_name(RENAME, to_where, to);
    CALL(fate, int, (int)syscall(SYS_renameat, from_where, from, to_where, to, OURS), -1);
}

#ifdef __x86_64__
static void renamed_without_libc(int signal, siginfo_t *told, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    int before = errno;
    int result = renameat((int)registers[REG_RDI], (const char *)registers[REG_RSI], (int)registers[REG_RDX],
                          (const char *)registers[REG_R10]);
    registers[REG_RAX] = result < 0 ? -errno : result;
    errno = before;
    (void)signal, (void)told;
}

static void watch_renames(void) {
    static struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[4])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OURS, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
    struct sigaction action = {.sa_sigaction = renamed_without_libc, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSYS, &action, NULL);
    if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
#else
static void watch_renames(void) {}
#endif

int renameat2(int from_where, const char *from, int to_where, const char *to, unsigned flags) {
    REAL(renameat2);
    CALL(met_name(RENAME, to_where, to), int, real(from_where, from, to_where, to, flags), -1);
}

int unlink(const char *name) {
    REAL(unlink);
    CALL(met_name(UNLINK, AT_FDCWD, name), int, real(name), -1);
}

int unlinkat(int where, const char *name, int flags) {
    REAL(unlinkat);
    CALL(met_name(UNLINK, where, name), int, real(where, name, flags), -1);
}

static time_t wrong_by(void) {
    char text[32] = "";
    if (clock_file >= 0) syscall(SYS_pread64, clock_file, text, sizeof text - 1, 0L);
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    REAL(clock_gettime);
    int result = real(clock, moment);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) moment->tv_sec += wrong_by();
    return result;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone) {
    REAL(gettimeofday);
    int result = real(moment, zone);
    moment->tv_sec += wrong_by();
    return result;
}

time_t time(time_t *told) {
    REAL(time);
    time_t moment = real(NULL) + wrong_by();
    if (told) *told = moment;
    return moment;
}
