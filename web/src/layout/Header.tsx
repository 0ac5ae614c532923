import { ActionIcon, Menu, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { signOut } from "../api/auth";
import { shopQuery } from "../api/shops";
import { CheckIcon, DownIcon, ExitIcon, ShopIcon, UserIcon } from "../app/icons";
import { useUser } from "../session/useSession";
import { Brand } from "./Brand";
import { Preferences } from "./Preferences";
import classes from "./Shell.module.css";

export function Header({ shopId }: { shopId: string | null }) {
  const { t } = useTranslation();
  return (
    <header className={classes.header}>
      <Link to="/" aria-label={t("app.home")}>
        <span className={classes.wordmark}>
          <Brand />
        </span>
        {shopId === null ? (
          <span className={classes.mark}>
            <Brand />
          </span>
        ) : null}
      </Link>
      {shopId === null ? null : <ShopSwitcher shopId={shopId} />}
      <span className={classes.spacer} />
      <Preferences />
      <UserMenu />
    </header>
  );
}

function ShopSwitcher({ shopId }: { shopId: string }) {
  const { t } = useTranslation();
  const user = useUser();
  const navigate = useNavigate();
  const member = user?.shops.find((shop) => shop.shopId === shopId);
  const shop = useQuery({ ...shopQuery(shopId), enabled: member === undefined });
  const name = member?.name ?? shop.data?.name ?? shopId;
  const others = (user?.shops.length ?? 0) > 1 || (user?.admin ?? false);
  if (!others) {
    return (
      <span className={classes.switcher}>
        <ShopIcon />
        <span>{name}</span>
      </span>
    );
  }
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.switcher} aria-label={t("shops.switch", { name })}>
          <ShopIcon />
          <span>{name}</span>
          <DownIcon size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah="70vh" style={{ overflowY: "auto" }}>
        {user?.shops.map((other) => (
          <Menu.Item
            key={other.shopId}
            leftSection={
              <span style={{ visibility: other.shopId === shopId ? "visible" : "hidden" }}>
                <CheckIcon size={16} />
              </span>
            }
            aria-current={other.shopId === shopId ? "true" : undefined}
            onClick={() => void navigate({ to: "/shops/$shopId", params: { shopId: other.shopId } })}
          >
            {other.name}
          </Menu.Item>
        ))}
        {user?.admin ? (
          <>
            {user.shops.length > 0 ? <Menu.Divider /> : null}
            <Menu.Item component={Link} to="/admin/shops">
              {t("shops.all")}
            </Menu.Item>
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}

function UserMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut();
    await navigate({ to: "/login" });
  };
  return (
    <Menu position="bottom-end" withinPortal width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("user.menu")}>
          <UserIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user?.name || user?.email}
          {user?.name ? <br /> : null}
          {user?.name ? user.email : null}
        </Menu.Label>
        {user?.admin ? (
          <Menu.Item component={Link} to="/admin/shops" leftSection={<ShopIcon size={18} />}>
            {t("shops.all")}
          </Menu.Item>
        ) : null}
        <Menu.Item leftSection={<ExitIcon size={18} />} onClick={() => void leave()}>
          {t("user.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
