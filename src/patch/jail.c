/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/jail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/proc.h"
#include "patch/gate.h"
#include "patch/jail_inside.h"

#define NAMESPACES                                                                                 \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET)
#define MAP_SECONDS 20
#define MAP_BYTES   4096
#define GATE_HOSTS  256

/* What comes back from the other process. */
struct shared {
	int result;
	struct err err;
	bool is_done;
};

struct building {
	const char *work_dir;
	jail_fn *fn;
	void *context;
	struct shared *shared;
	bool has_owners;
	int line; /* to the other side */
};

/* ---- user ids ---- */

static int write_file(pid_t pid, const char *name, struct str text, struct err *err)
{
	CLEANUP(fd_closep) int fd = -1;
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno, "open %s", name);
	return write(fd, text.p, text.n) == (ssize_t)text.n
		       ? 0
		       : err_errno(err, errno, "write %s", name);
}

/* All ids that there are here, each as itself. */
static int map_same(pid_t pid, const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf here = STRBUF_INIT(MAP_BYTES);
	CLEANUP(strbuf_done) struct strbuf map = STRBUF_INIT(MAP_BYTES);
	struct str text, line, inside, outside, count;
	char path[32];
	int r;

	(void)snprintf(path, sizeof path, "/proc/self/%s", name);
	r = file_read(path, &here, err);
	if (r < 0)
		return r;
	text = strbuf_str(&here);
	while (str_pull_line(&text, &line))
		if (str_pull_word(&line, &inside) && str_pull_word(&line, &outside) &&
		    str_pull_word(&line, &count))
			strbuf_addf(&map, "%.*s %.*s %.*s\n", STR_FMT(inside), STR_FMT(inside),
				    STR_FMT(count));
	return write_file(pid, name, strbuf_str(&map), err);
}

/* The user's line of /etc/subuid or subgid: "name:first:count"; false: none. */
static bool find_range(const char *file, struct str *ret_first, struct str *ret_count,
		       struct strbuf *sb)
{
	const struct passwd *me = getpwuid(getuid());
	struct str text, line, name, rest;
	char number[16];
	uint64_t count;

	(void)snprintf(number, sizeof number, "%u", (unsigned)getuid());
	if (file_read(file, sb, NULL) < 0)
		return false;
	text = strbuf_str(sb);
	while (str_pull_line(&text, &line))
		if (str_cut(line, ':', &name, &rest) &&
		    (str_is(name, number) || (me && str_is(name, me->pw_name))) &&
		    str_cut(rest, ':', ret_first, ret_count) && str_parse_u64(*ret_count, &count) &&
		    count >= 1000)
			return true;
	return false;
}

static bool run_mapper(const char *program, pid_t pid, unsigned own, const char *file)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(MAP_BYTES);
	char pid_text[16], own_text[16], first_text[24], count_text[24];
	const char *argv[] = {program, pid_text,   "0",	       own_text, "1",
			      "1",     first_text, count_text, NULL};
	const struct proc p = {.argv = argv, .seconds = MAP_SECONDS};
	struct str first, count;
	int status;

	if (!find_range(file, &first, &count, &sb))
		return false;
	(void)snprintf(pid_text, sizeof pid_text, "%d", (int)pid);
	(void)snprintf(own_text, sizeof own_text, "%u", own);
	(void)snprintf(first_text, sizeof first_text, "%.*s", STR_FMT(first));
	(void)snprintf(count_text, sizeof count_text, "%.*s", STR_FMT(count));
	return proc_run(&p, &out, &status, NULL) == 0 && status == 0;
}

static int map_one(pid_t pid, struct err *err)
{
	char text[32];
	int r = write_file(pid, "setgroups", STR("deny"), err);

	(void)snprintf(text, sizeof text, "0 %u 1\n", (unsigned)getuid());
	if (r == 0)
		r = write_file(pid, "uid_map", str_of(text), err);
	(void)snprintf(text, sizeof text, "0 %u 1\n", (unsigned)getgid());
	return r == 0 ? write_file(pid, "gid_map", str_of(text), err) : r;
}

static int map_ids(pid_t pid, bool *ret_has_owners, struct err *err)
{
	int r;

	*ret_has_owners = true;
	if (geteuid() == 0) {
		r = map_same(pid, "uid_map", err);
		return r == 0 ? map_same(pid, "gid_map", err) : r;
	}
	if (run_mapper("newuidmap", pid, getuid(), "/etc/subuid") &&
	    run_mapper("newgidmap", pid, getgid(), "/etc/subgid"))
		return 0;
	*ret_has_owners = false;
	return map_one(pid, err);
}

/* ---- the inside ---- */

static bool loop_up(void)
{
	CLEANUP(fd_closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq q = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	return fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &q) == 0;
}

/* The node itself: who is root outside too owns it, and could change its mode. */
static bool make_read_only(const char *path)
{
	const unsigned long kept = ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_NODIRATIME;
	struct statvfs v;

	return statvfs(path, &v) == 0 &&
	       mount(NULL, path, NULL,
		     MS_BIND | MS_REMOUNT | MS_RDONLY | (v.f_flag & kept) |
			     (v.f_flag & ST_RELATIME ? MS_RELATIME : 0),
		     NULL) == 0;
}

static int bind_device(const char *name, struct err *err)
{
	char from[32], to[32];
	CLEANUP(fd_closep) int fd = -1;

	(void)snprintf(from, sizeof from, "/dev/%s", name);
	(void)snprintf(to, sizeof to, "dev/%s", name);
	fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || mount(from, to, NULL, MS_BIND, NULL) < 0 || !make_read_only(to))
		return err_errno(err, errno, "mount %s", from);
	return 0;
}

/* In the work directory: what programs get as /dev and /proc. */
static int make_devices(struct err *err)
{
	static const char *const names[] = {"null", "zero", "full", "random", "urandom"};
	static const char *const links[][2] = {{"/proc/self/fd", "dev/fd"},
					       {"/proc/self/fd/0", "dev/stdin"},
					       {"/proc/self/fd/1", "dev/stdout"},
					       {"/proc/self/fd/2", "dev/stderr"}};
	int r = 0;

	if (mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=1m") < 0)
		return err_errno(err, errno, "mount dev");
	for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++)
		r = bind_device(names[i], err);
	for (size_t i = 0; i < ARRAY_LEN(links) && r == 0; i++)
		if (symlink(links[i][0], links[i][1]) < 0)
			r = err_errno(err, errno, "make %s", links[i][1]);
	/*
	 * Read-only: settings of the kernel in /proc/sys ask for no capability, only for the user
	 * who is root outside too. Where this is a container itself, its hidden parts of /proc
	 * forbid a new one.
	 */
	if (r == 0 &&
	    mount("proc", "proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		(void)rmdir("proc"); /* programs then do without: jail_exec looks */
	return r;
}

static int enter_work_dir(const char *dir, struct err *err)
{
	int r;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_errno(err, errno, "make mounts private");
	if (mount(dir, dir, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(dir) < 0)
		return err_errno(err, errno, "enter %s", dir);
	r = make_devices(err);
	if (r < 0)
		return r;
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_errno(err, errno, "leave this machine's files");
	return 0;
}

static int run_inside(const struct building *b, struct err *err)
{
	struct jail_inside in = {.has_owners = b->has_owners, .line = b->line};
	int r = enter_work_dir(b->work_dir, err);

	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = err_errno(err, errno, "no-new-privs");
	if (r == 0 && sethostname("plimsoll", strlen("plimsoll")) < 0)
		r = err_errno(err, errno, "host name");
	return r < 0 ? err_wrap(err, r, "sandbox") : b->fn(&in, b->context, err);
}

static void init_main(const struct building *b)
{
	struct shared *s = b->shared;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else it ends with what it does */
	s->result = run_inside(b, &s->err);
	s->is_done = true;
	_exit(0);
}

/* The first process of the new namespaces; its child is number 1 in there. */
static void outer_main(struct building *b)
{
	char word = 0;
	pid_t pid;

	b->shared->result = -ERR_DENIED;
	if (unshare(NAMESPACES) < 0) {
		err_errno(&b->shared->err, errno,
			  "this kernel or container lets nobody make user namespaces");
		_exit(1);
	}
	if (write(b->line, "u", 1) != 1 || read(b->line, &word, 1) != 1 || word == 0)
		_exit(1);
	b->has_owners = word == 'o';
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) {
		err_errno(&b->shared->err, errno, "become root of the sandbox");
		_exit(1);
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* as above; a change of ids would clear it */
	pid = fork();
	if (pid == 0)
		init_main(b);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	_exit(0);
}

/* ---- the outside ---- */

/* The hosts come as lines. */
static void gate_main(char *text, int listener, int refused)
{
	const char *hosts[GATE_HOSTS];
	size_t n = 0;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it is ended below in any case */
	for (char *end; n < GATE_HOSTS && (end = strchr(text, '\n')) != NULL; text = end + 1) {
		*end = '\0';
		hosts[n++] = text;
	}
	gate_serve(listener, hosts, n, refused);
}

/* Waits until the inside has ended; starts the gate when it asks for a network. */
static int attend(const struct building *b, int refused, pid_t *ret_gate, struct err *err)
{
	CLEANUP(freep) char *text = malloc(JAIL_MESSAGE_BYTES + 1);
	struct iovec message = {text, JAIL_MESSAGE_BYTES};
	CLEANUP(fd_closep) int listener = -1;
	ssize_t n;

	if (!text)
		return err_nomem(err);
	while ((n = jail_receive_fd(b->line, &message, &listener)) > 0 && *ret_gate == 0) {
		text[n] = '\0';
		*ret_gate = fork();
		if (*ret_gate == 0)
			gate_main(text, listener, refused);
		if (*ret_gate < 0)
			return err_errno(err, errno, "fork");
		fd_closep(&listener);
	}
	return 0;
}

/* The hosts that were refused, to the error of what then failed. */
static void tell_refused(int fd, struct err *err)
{
	char text[256];
	ssize_t n = read(fd, text, sizeof text - 1);

	if (n <= 0 || !err)
		return;
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = i + 1 < n ? ',' : '\0';
	text[n] = '\0';
	(void)err_wrap(err, 0, "connections were refused to %s, which no repository names", text);
}

static int set_up(struct building *b, pid_t pid, struct err *err)
{
	char word;
	int r;

	if (read(b->line, &word, 1) != 1)
		return -ERR_DENIED; /* the other side has said why */
	r = map_ids(pid, &b->has_owners, err);
	if (r < 0)
		return err_wrap(err, r, "user ids of the sandbox");
	return write(b->line, b->has_owners ? "o" : "n", 1) == 1 ? 0
								 : err_errno(err, errno, "sandbox");
}

static void end(pid_t pid, int signal)
{
	if (pid <= 0)
		return;
	if (signal)
		(void)kill(pid, signal); /* it may just have ended */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

static int result_of(const struct shared *s, int r, struct err *err)
{
	if (s->err.code != ERR_OK && err && (r < 0 || s->result < 0))
		*err = s->err;
	if (s->err.code != ERR_OK && s->result < 0)
		return s->result;
	if (r < 0)
		return r;
	return s->is_done ? s->result : err_set(err, ERR_BUG, "the sandbox broke off");
}

static int run_with(struct building *b, int pair[2], const int refused[2], struct err *err)
{
	pid_t gate = 0, pid = fork();
	int r;

	if (pid == 0) {
		(void)close(pair[0]); /* so that its end is seen */
		b->line = pair[1];
		outer_main(b);
	}
	fd_closep(&pair[1]);
	if (pid < 0)
		return err_errno(err, errno, "fork");
	b->line = pair[0];
	r = set_up(b, pid, err);
	if (r == 0)
		r = attend(b, refused[1], &gate, err);
	fd_closep(&pair[0]); /* ends one that still waits */
	end(pid, 0);
	end(gate, SIGKILL);
	r = result_of(b->shared, r, err);
	if (r < 0)
		tell_refused(refused[0], err);
	return r;
}

int jail_run(const char *work_dir, jail_fn *fn, void *context, struct err *err)
{
	struct building b = {.work_dir = work_dir, .fn = fn, .context = context};
	int pair[2], refused[2], r;

	b.shared = mmap(NULL, sizeof *b.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (b.shared == MAP_FAILED)
		return err_nomem(err);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		(void)munmap(b.shared, sizeof *b.shared);
		return err_errno(err, errno, "socketpair");
	}
	if (pipe2(refused, O_CLOEXEC | O_NONBLOCK) < 0) {
		r = err_errno(err, errno, "pipe");
		fd_closep(&pair[1]);
	} else {
		r = run_with(&b, pair, refused, err);
		fd_closep(&refused[0]);
		fd_closep(&refused[1]);
	}
	fd_closep(&pair[0]);
	(void)munmap(b.shared, sizeof *b.shared);
	return r;
}

/* A port on the loop device that the gate outside answers. */
int jail_network(struct jail_inside *in, const char *const *hosts, size_t n_hosts, struct err *err)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(JAIL_MESSAGE_BYTES);
	socklen_t n = sizeof at;
	CLEANUP(fd_closep) int fd = -1;

	for (size_t i = 0; i < n_hosts; i++)
		strbuf_addf(&text, "%s\n", hosts[i]);
	if (strbuf_check(&text, NULL) < 0 || n_hosts == 0 || n_hosts > GATE_HOSTS)
		return err_set(err, ERR_LIMIT, "between 1 and %d hosts have packages", GATE_HOSTS);
	fd = loop_up() ? socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, n) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		return err_errno(err, errno, "a port in the sandbox");
	(void)snprintf(in->proxy, sizeof in->proxy, "http://127.0.0.1:%u", ntohs(at.sin_port));
	return jail_send_fd(in->line, fd, strbuf_str(&text), err);
}

bool jail_has_owners(const struct jail_inside *in)
{
	return in->has_owners;
}

const char *jail_proxy(const struct jail_inside *in)
{
	return in->proxy;
}
