/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "patch/jail_inside.h"

#define CAP(name) (1ULL << (name))

/* What installing packages takes; all of it only counts for files of the sandbox. */
#define KEPT                                                                                       \
	(CAP(CAP_CHOWN) | CAP(CAP_DAC_OVERRIDE) | CAP(CAP_FOWNER) | CAP(CAP_FSETID) |              \
	 CAP(CAP_KILL) | CAP(CAP_SETGID) | CAP(CAP_SETUID) | CAP(CAP_SETFCAP) |                    \
	 CAP(CAP_SYS_CHROOT))

static const int refused[] = {
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
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
	SCMP_SYS(quotactl),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(reboot),
	SCMP_SYS(fanotify_init),
	SCMP_SYS(acct),
	SCMP_SYS(syslog),
	SCMP_SYS(clock_settime),
	SCMP_SYS(settimeofday),
};

/* With one user id only, these are to succeed and do nothing. */
static const int pretended[] = {
	SCMP_SYS(chown),     SCMP_SYS(fchown),	  SCMP_SYS(lchown),    SCMP_SYS(fchownat),
	SCMP_SYS(setuid),    SCMP_SYS(setgid),	  SCMP_SYS(setreuid),  SCMP_SYS(setregid),
	SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setgroups),
};

static bool filter_calls(bool has_owners)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool ok = filter != NULL;

	for (size_t i = 0; ok && i < ARRAY_LEN(refused); i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0) == 0;
	for (size_t i = 0; ok && !has_owners && i < ARRAY_LEN(pretended); i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(0), pretended[i], 0) == 0;
	/* No new user namespace either; clone3's flags lie where a filter cannot see them. */
	ok = ok && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
	     seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			      SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)) == 0 &&
	     seccomp_load(filter) == 0;
	if (filter)
		seccomp_release(filter);
	return ok;
}

static bool drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{(uint32_t)KEPT, (uint32_t)KEPT, 0},
		{(uint32_t)(KEPT >> 32), (uint32_t)(KEPT >> 32), 0}};

	for (int cap = 0; cap < 64; cap++)
		if (!(KEPT & CAP(cap)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 &&
		    errno != EINVAL)
			return false;
	return syscall(SYS_capset, &head, data) == 0;
}

int jail_restrict(bool has_owners, struct err *err)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return err_errno(err, errno, "setrlimit");
	if (!drop_capabilities())
		return err_errno(err, errno, "drop capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || !filter_calls(has_owners))
		return err_set(err, ERR_DENIED, "seccomp is not offered by this kernel");
	return 0;
}

int jail_send_fd(int line, int fd, struct str message, struct err *err)
{
	char room[CMSG_SPACE(sizeof fd)] __attribute__((aligned(8))) = {0};
	struct iovec io = {(void *)(uintptr_t)message.p, message.n};
	struct msghdr m = {.msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = room,
			   .msg_controllen = sizeof room};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	return sendmsg(line, &m, MSG_NOSIGNAL) == (ssize_t)message.n
		       ? 0
		       : err_errno(err, errno, "sandbox");
}

ssize_t jail_receive_fd(int line, struct iovec *message, int *ret_fd)
{
	char room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct msghdr m = {.msg_iov = message,
			   .msg_iovlen = 1,
			   .msg_control = room,
			   .msg_controllen = sizeof room};
	const struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(line, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return n > 0 ? -1 : n;
	memcpy(ret_fd, CMSG_DATA(c), sizeof *ret_fd);
	return n;
}
