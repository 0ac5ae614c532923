import classes from "./Brand.module.css";

export function Brand({ size = 28 }: { size?: number }) {
  return (
    <span className={classes.brand} style={{ fontSize: size * 0.68 }}>
      <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
        <rect width="64" height="64" rx="16" fill="#0f6b5c" />
        <path
          d="M15 19a6 6 0 0 1 6-6h22a6 6 0 0 1 6 6v17a6 6 0 0 1-6 6H31l-10 9v-9a6 6 0 0 1-6-6z"
          fill="#fff"
        />
        <path d="M24 24h16M24 32h10" stroke="#0f6b5c" strokeWidth="4" strokeLinecap="round" />
      </svg>
      Recado
    </span>
  );
}
