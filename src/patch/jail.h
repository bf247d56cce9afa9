/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a function, and programs of an image, where they can reach nothing of this machine.
 *
 *     r = jail_run("/var/tmp/x", fn, context, err);     fn(in, context, err) in another process
 *     in fn:  r = jail_network(in, hosts, n, err);      if programs need one
 *             r = jail_exec(in, &program, &log, &status, err);
 *
 * fn runs in new user, mount, process, IPC, host name and network namespaces, and sees no other
 * file than those below work_dir, which is its root: "/root", "/image", ... What it returns, and
 * its error, come back; memory does not.
 *
 * A program that fn runs has work_dir/root as its root, with a /proc and a /dev of its own (null,
 * zero, full, random, urandom), an empty /tmp and /run, and work_dir/scratch at /run/plimsoll. It
 * has no terminal, keeps only the capabilities that installing packages takes, may not mount,
 * trace or load anything (seccomp), and gains no privileges.
 *
 * Network: the namespace has nothing but a loop device. After jail_network a port on it is an HTTP
 * proxy (patch/gate.h) that connects to these hosts and no others, and only while jail_exec runs a
 * program with network set.
 *
 * User ids: root gives the namespace all the ids it has itself; another user gives it the ranges of
 * /etc/subuid by newuidmap, or just one id. Then chown and setuid succeed without doing anything,
 * as under fakeroot: jail_has_owners says false, and owners are those of the tree (patch/root.h).
 *
 * Errors: ERR_DENIED (this kernel or container does not allow such namespaces: which of them),
 * ERR_LIMIT (patch_seconds, patch_log_bytes), those of fn.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

struct jail_inside;
typedef int jail_fn(struct jail_inside *in, void *context, struct err *err);

/* work_dir: absolute. */
int jail_run(const char *work_dir, jail_fn *fn, void *context, struct err *err);

/* Whether files can have any owner in there. */
bool jail_has_owners(const struct jail_inside *in);
/* Once. */
int jail_network(struct jail_inside *in, const char *const *hosts, size_t n_hosts, struct err *err);
/* "http://127.0.0.1:<port>"; empty without a network. */
const char *jail_proxy(const struct jail_inside *in);

struct jail_program {
	const char *const *argv; /* NULL-ended; argv[0] is a path in the root */
	const char *const *env;	 /* NULL-ended, "KEY=value" */
	bool network;
};

/* Both its outputs go to the log. *ret_status as of proc_run. */
int jail_exec(struct jail_inside *in, const struct jail_program *p, struct strbuf *log,
	      int *ret_status, struct err *err);
