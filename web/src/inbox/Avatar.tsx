import classes from "./Inbox.module.css";

/** The first letter of a name on a colour that stays the same for the same conversation. */
export function Avatar({ id, name }: { id: string; name: string }) {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  const letter = /\p{L}/u.exec(name)?.[0]?.toUpperCase() ?? "#";
  return (
    <span className={classes.avatar} style={{ "--hue": hash } as React.CSSProperties} aria-hidden="true">
      {letter}
    </span>
  );
}
