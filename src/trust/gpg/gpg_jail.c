/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/gpg/gpg_jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/proc.h"

/* The kernel's header here may be older than the kernel. */
#define WRITE_RIGHTS                                                                               \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                           \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                           \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                               \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                             \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define READ_RIGHTS                                                                                \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHT_REFER    (1ULL << 13) /* ABI 2 */
#define RIGHT_TRUNCATE (1ULL << 14) /* ABI 3 */

struct allowed {
	const char *path;
	uint64_t rights;
};

/* What a program needs to start; what is not there is passed over. */
static const struct allowed allowed[] = {
	{"/usr", READ_RIGHTS},
	{"/bin", READ_RIGHTS},
	{"/lib", READ_RIGHTS},
	{"/lib64", READ_RIGHTS},
	{"/nix/store", READ_RIGHTS},
	{"/gnu/store", READ_RIGHTS},
	{"/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE},
	{"/etc/gcrypt", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR},
	{"/proc/sys/crypto", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR},
	{"/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE},
	{"/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE},
	{"/dev/random", LANDLOCK_ACCESS_FS_READ_FILE},
};

static bool allow(int ruleset, const struct allowed *what)
{
	CLEANUP(fd_closep) int fd = open(what->path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr below = {.allowed_access = what->rights, .parent_fd = fd};

	return fd < 0 ||
	       syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
}

/* True also where the kernel knows no landlock: seccomp and the rest still hold. */
static bool enter_landlock(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = {.handled_access_fs = WRITE_RIGHTS | READ_RIGHTS};
	CLEANUP(fd_closep) int fd = -1;

	if (abi < 1)
		return true;
	if (abi >= 2)
		attr.handled_access_fs |= RIGHT_REFER;
	if (abi >= 3)
		attr.handled_access_fs |= RIGHT_TRUNCATE;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (fd < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (!allow(fd, &allowed[i]))
			return false;
	return syscall(SYS_landlock_restrict_self, fd, 0) == 0;
}

static const int refused[] = {
	SCMP_SYS(socket),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(fork),
	SCMP_SYS(memfd_create),
	SCMP_SYS(truncate),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(chown),
	SCMP_SYS(lchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(setxattr),
	SCMP_SYS(lsetxattr),
	SCMP_SYS(removexattr),
	SCMP_SYS(lremovexattr),
	SCMP_SYS(quotactl),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(reboot),
	SCMP_SYS(fanotify_init),
	SCMP_SYS(personality),
	SCMP_SYS(socketpair),
	SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_send_signal),
	SCMP_SYS(kill),
	SCMP_SYS(tgkill),
	SCMP_SYS(tkill),
	SCMP_SYS(shmget),
	SCMP_SYS(msgget),
	SCMP_SYS(semget),
};

/*
 * A process that shares its parent's memory until it runs a program is how gpg itself is started
 * (posix_spawn); a plain fork is refused. The flags of clone3 lie in memory, where a filter cannot
 * see them; told that there is no such call, libc falls back to clone.
 */
static bool refuse_forks(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_VM, 0)) == 0;
}

static bool enter_seccomp(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool ok = filter != NULL;

	for (size_t i = 0; ok && i < ARRAY_LEN(refused); i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0) == 0;
	ok = ok && refuse_forks(filter) && seccomp_load(filter) == 0;
	if (filter)
		seccomp_release(filter);
	return ok;
}

static int confine(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || !enter_landlock() || !enter_seccomp())
		return err_set(err, ERR_UNSUPPORTED,
			       "gpg cannot be confined: the kernel refuses seccomp or landlock");
	return 0;
}

/* ---- running ---- */

#define FD_PATH_BYTES 32
#define N_OPTIONS     20

struct job {
	const struct gpg_jail_run *run;
	int fds[GPG_JAIL_FILES_MAX];
	char paths[GPG_JAIL_FILES_MAX][FD_PATH_BYTES];
	char clock[32];
	struct strbuf *out;
	int *ret_status;
	struct err *err;
};

static int make_file(struct str bytes, struct err *err)
{
	CLEANUP(fd_closep) int fd = memfd_create("plimsoll", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return err_errno(err, errno, "a file in memory");
	r = fd_write_all(fd, bytes, err);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return err_errno(err, errno, "a file in memory");
	r = fd;
	fd = -1;
	return r;
}

static int make_files(struct job *job)
{
	for (size_t i = 0; i < job->run->n_files; i++) {
		int fd = make_file(job->run->files[i], job->err);

		if (fd < 0)
			return fd;
		job->fds[i] = fd;
		snprintf(job->paths[i], FD_PATH_BYTES, "/dev/fd/%d", fd);
	}
	snprintf(job->clock, sizeof job->clock, "%lld!", (long long)job->run->now);
	return 0;
}

static int run_gpg(struct job *job)
{
	static const char *const environment[] = {"LC_ALL=C", "PATH=/usr/bin:/bin", NULL};
	const char *argv[N_OPTIONS + GPG_JAIL_FILES_MAX + 1] = {
		"gpg",
		"--homedir",
		"/nonexistent",
		"--no-options",
		"--batch",
		"--no-tty",
		"--no-autostart",
		"--disable-dirmngr",
		"--no-auto-key-locate",
		"--no-auto-check-trustdb",
		"--trust-model",
		"always",
		"--faked-system-time",
		job->clock,
		"--no-default-keyring",
		"--keyring",
		job->paths[0],
		"--status-fd",
		"1",
		"--verify",
	};
	struct proc p = {.argv = argv,
			 .env = environment,
			 .seconds = LIMIT_GPG_SECONDS,
			 .memory_bytes = LIMIT_GPG_MEMORY_BYTES,
			 .confine = confine,
			 .fds = job->fds,
			 .n_fds = job->run->n_files};

	for (size_t i = 1; i < job->run->n_files; i++)
		argv[N_OPTIONS + i - 1] = job->paths[i];
	return proc_run(&p, job->out, job->ret_status, job->err);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): proc_run writes it */
int gpg_jail_verify(const struct gpg_jail_run *run, struct strbuf *out, int *ret_status,
		    struct err *err)
{
	struct job job = {.run = run,
			  .fds = {-1, -1, -1, -1},
			  .out = out,
			  .ret_status = ret_status,
			  .err = err};
	int r;

	if (run->n_files < 2 || run->n_files > GPG_JAIL_FILES_MAX)
		return err_set(err, ERR_BUG, "%zu files for gpg", run->n_files);
	if (run->now < 0 || run->now > UINT32_MAX)
		return err_set(err, ERR_USAGE, "OpenPGP knows no time before 1970 or after 2106");
	r = make_files(&job);
	if (r == 0)
		r = run_gpg(&job);
	for (size_t i = 0; i < GPG_JAIL_FILES_MAX; i++)
		fd_closep(&job.fds[i]);
	return r;
}
