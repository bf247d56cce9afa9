/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of jail.h: what jail.c and jail_exec.c share. */
#pragma once

#include <sys/types.h>

#include "patch/jail.h"

struct jail_inside {
	bool has_owners;
	char proxy[40];
	int line; /* to the process outside */
};

/* A message and a descriptor to another process, over a socket of whole messages. */
#define JAIL_MESSAGE_BYTES 32768
int jail_send_fd(int line, int fd, struct str message, struct err *err);
struct iovec;
/* Bytes of the message; 0: the other side has ended; -1: no descriptor. */
ssize_t jail_receive_fd(int line, struct iovec *message, int *ret_fd);

/* Before exec: capabilities and system calls that programs of an image may not have. */
int jail_restrict(bool has_owners, struct err *err);
