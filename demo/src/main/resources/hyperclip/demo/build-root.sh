# Makes the root disk, the kernel and the initramfs of the guest in the current folder. Runs as root or under fakeroot.
#
#   packages   the paths of the packages to unpack, one a line
#   kernel     the path of the kernel's package
#   guest/     the files that are ours
#   masked     the parts of systemd that are to do nothing, one a line
#
# No package is configured and nothing of the guest runs here: a guest that only starts what it needs can do without.
set -eu
umask 022
tree=$PWD/tree
mkdir "$tree" "$PWD/kernel-tree" "$PWD/initramfs"

# Debian's merged /usr. The links stand before the first package, and tar is told to keep them.
mkdir -p "$tree/usr"
for folder in bin sbin lib lib64; do
    mkdir "$tree/usr/$folder"
    ln -s "usr/$folder" "$tree/$folder"
done

while read -r package; do
    dpkg-deb --fsys-tarfile "$package" |
        tar -x -C "$tree" --no-same-owner --keep-directory-symlink \
            --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
            --exclude='./usr/share/icons/*' --exclude='./usr/share/lintian/*' --exclude='./usr/share/info/*' \
            --exclude='./usr/lib/x86_64-linux-gnu/gconv/*' --exclude='./dev/*'
done < packages

# busybox is every small tool that no package brought.
for tool in $("$tree/bin/busybox" --list); do
    [ -e "$tree/usr/bin/$tool" ] || [ -e "$tree/usr/sbin/$tool" ] || ln -s busybox "$tree/usr/bin/$tool"
done

cp -R guest/. "$tree/"
# An inittab is for busybox, also where a package has brought systemd with it.
[ ! -e "$tree/etc/inittab" ] || ln -sf /bin/busybox "$tree/usr/sbin/init"
chmod 755 "$tree/etc/hyperclip/"*
while read -r part; do
    mkdir -p "$(dirname "$tree/etc/systemd/$part")"
    ln -s /dev/null "$tree/etc/systemd/$part"
done < masked
mkdir -p "$tree/proc" "$tree/sys" "$tree/dev" "$tree/run" "$tree/tmp" "$tree/root" "$tree/var/log/hyperclip" \
    "$tree/opt/hyperclip" "$tree/var/lib" "$tree/var/tmp"
ln -sf /proc/mounts "$tree/etc/mtab"
# What the packages' own scripts would have done.
ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
"$ldconfig" -X -r "$tree" 2>/dev/null || true

chown -R 0:0 "$tree"
chmod 1777 "$tree/tmp" "$tree/var/tmp"
chmod 700 "$tree/root"
grep ':/home/' "$tree/etc/passwd" | while IFS=: read -r _ _ uid gid _ home _; do
    mkdir -m 700 -p "$tree$home"
    chown "$uid:$gid" "$tree$home"
done

size=$(du -sk --apparent-size "$tree" | cut -f1)
mke2fs=$(command -v mke2fs || echo /sbin/mke2fs)
"$mke2fs" -q -t ext4 -m 0 -L hyperclip-root -d "$tree" root.img $((size + size / 4 + 262144))k

dpkg-deb --fsys-tarfile "$(cat kernel)" |
    tar -x -C kernel-tree --no-same-owner --wildcards './boot/vmlinuz-*' '*/virtio/virtio*' '*/virtio_blk.ko*' \
        '*/virtio_console.ko*'
mv kernel-tree/boot/vmlinuz-* vmlinuz

mkdir initramfs/bin initramfs/modules initramfs/dev initramfs/root initramfs/proc
cp "$tree/bin/busybox" initramfs/bin/busybox
ln -s busybox initramfs/bin/sh
mv "$tree/etc/hyperclip/initramfs-init" initramfs/init
find kernel-tree -name '*.ko.xz' -exec xz -d {} +
find kernel-tree -name '*.ko' -exec mv {} initramfs/modules/ \;
(cd initramfs && find . | cpio --quiet -o -H newc -R 0:0) > initrd

rm -rf tree kernel-tree initramfs guest
